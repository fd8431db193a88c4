"""The bar of the eleven steps, of one site and of many."""

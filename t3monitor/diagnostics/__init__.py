"""Log files and crash reports; knows no other part of the program but its folders."""

"""The `demo` link: a simulated building in T3000's own wire format.

Every value is a closed-form function of (seed, number of panels, time): no state is carried from one answer to the
next, so any instant of any month can be asked for directly and always reads the same.
"""

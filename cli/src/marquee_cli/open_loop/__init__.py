"""The open-loop load of `marquee bench --load`: requests arrive at a constant rate, whether or not the system keeps up.

A client that sends its next request when it has an answer sends few while the system is slow, and so hardly sees it
(coordinated omission). Here every request has an intended time, and its latency is counted from then on.
"""

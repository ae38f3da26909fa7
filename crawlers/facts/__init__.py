"""Facts about a host, one kind a module: each is asked for, told as stated, and kept with its raw reply.

`draft.Draft` is what every module brings home; `door.Door` is the only way out. An answer that did not come
is a draft too, with `ok` False and the reason: absence is never "clean".
"""

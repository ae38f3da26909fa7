"""How a package is put together: what lies in it, its lists and seal, its container."""

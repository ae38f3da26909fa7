"""The commands of `dajia`, one module each. A module holds a `command`; its file name is the command's name."""

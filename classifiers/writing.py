"""Write down a page's visible text so that every character can be led back to where it came from."""

from __future__ import annotations

from classifiers.page import MAX_TEXT, Block, Piece


class Writer:
    """Collects visible text, cut into blocks, with the way back to its source."""

    __slots__ = ("begun", "blocks", "parts", "pieces", "size", "truncated")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.pieces: list[tuple[int, int, int, bool]] = []  # as `Piece`; plain tuples are made three times as fast
        self.blocks: list[Block] = []
        self.size = 0
        self.begun = 0
        self.truncated = False

    def put(self, text: str, source_start: int, source_end: int) -> None:
        """Add characters taken from the source; what exceeds the limit is left out and remembered."""
        size = self.size
        length = len(text)
        literal = source_end - source_start == length
        if size + length > MAX_TEXT:
            self.truncated = True
            text = text[: max(0, MAX_TEXT - size)]
            length = len(text)
        if length:
            self.pieces.append((size, source_start, source_end, literal))
            self.parts.append(text)
            self.size = size + length

    def close(self, region: str, tag: str, unit: int, where: str) -> None:
        """End the running block, if it has any text."""
        size = self.size
        if size > self.begun:
            self.blocks.append(Block(self.begun, size, region, tag, unit, where))
            end = self.pieces[-1][2]
            self.pieces.append((size, end, end, False))
            self.parts.append("\n")
            self.size = size = size + 1
        self.begun = size

    def line(self, text: str, offset: int, region: str, unit: int, where: str) -> None:
        """One block of its own, copied one to one from `offset`."""
        self.put(text, offset, offset + len(text))
        self.close(region, region, unit, where)

    def tail(self, start: int) -> str:
        """The text written since `start`, at most 300 characters of it."""
        collected: list[str] = []
        size = self.size
        for part in reversed(self.parts):
            if size <= start:
                break
            size -= len(part)
            collected.append(part)
        return "".join(reversed(collected))[max(0, start - size) :][:300]

    def way_back(self) -> tuple[Piece, ...]:
        """The pieces, for `Page`."""
        return tuple(map(Piece._make, self.pieces))

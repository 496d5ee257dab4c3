"""The heights of messages, summed so that a row leads to its message in a few steps."""

from collections.abc import Iterable
from operator import add


class HeightIndex:
    """A Fenwick tree over heights in rows: `find`, `set` and `top` take O(log n)."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._sums: list[int] = [0]
        """At i the sum of as many heights before the i-th as the lowest bit of i says."""
        self._total = 0
        self.extend(heights)

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """Rows in all."""
        return self._total

    def height(self, index: int) -> int:
        """Return one height, from 0 to `len` - 1."""
        return self._heights[self._checked(index)]

    def append(self, height: int) -> None:
        """Add one at the end.

        Raises:
            ValueError: the height is negative.
        """
        self.extend((height,))

    def extend(self, heights: Iterable[int]) -> None:
        """Add several at the end; in O(n), and none of them where one is negative.

        Raises:
            ValueError: a height is negative.
        """
        added = list(heights)
        if added and min(added) < 0:
            raise ValueError(f"a height is at least 0, not {min(added)}")
        sums = self._sums
        if len(sums) == 1:
            sums += added
            _sum_up(sums)
        else:
            for height in added:
                sums.append(height + self._right_below(len(sums)))
        self._heights += added
        self._total += sum(added)

    def set(self, index: int, height: int) -> None:
        """Change one height, from 0 to `len` - 1.

        Raises:
            ValueError: the height is negative.
        """
        if height < 0:
            raise ValueError(f"a height is at least 0, not {height}")
        change = height - self._heights[self._checked(index)]
        if not change:
            return
        self._heights[index] = height
        self._total += change
        sums = self._sums
        node = index + 1
        while node < len(sums):
            sums[node] += change
            node += node & -node

    def top(self, index: int) -> int:
        """Return the rows above one, from 0 to `len`, where it is the total."""
        if not 0 <= index <= len(self._heights):
            raise IndexError(f"no top of {index}: there are {len(self._heights)} heights")
        rows = 0
        while index:
            rows += self._sums[index]
            index -= index & -index
        return rows

    def find(self, row: int) -> tuple[int, int]:
        """Find what stands in a row, passing over what has no height.

        Args:
            row: From 0 to `total` - 1.

        Returns:
            The index, and the row in it.

        Raises:
            IndexError: there is no such row.
        """
        if not 0 <= row < self._total:
            raise IndexError(f"no row {row}: there are {self._total}")
        sums = self._sums
        node = 0
        step = 1 << (len(self._heights).bit_length() - 1)
        while step:
            after = node + step
            if after < len(sums) and sums[after] <= row:
                node = after
                row -= sums[after]
            step >>= 1
        return node, row

    def _right_below(self, node: int) -> int:
        """What a node sums up besides its own height."""
        sums = self._sums
        stop = node - (node & -node)
        node -= 1
        total = 0
        while node > stop:
            total += sums[node]
            node -= node & -node
        return total

    def _checked(self, index: int) -> int:
        if not 0 <= index < len(self._heights):
            raise IndexError(f"no height {index}: there are {len(self._heights)}")
        return index


def _sum_up(sums: list[int]) -> None:
    """Turn heights, from index 1 on, into a tree: all nodes of a level at once, which is fast."""
    step = 1
    while 2 * step < len(sums):
        whole = slice(2 * step, None, 2 * step)
        # A half to the left of each whole; the last half may have no whole.
        sums[whole] = map(add, sums[whole], sums[step :: 2 * step])
        step *= 2

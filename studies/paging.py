"""Steps through a list: which page, of how many, and the addresses of its neighbours. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

PAGE_SIZE = 20


@dataclass(frozen=True)
class Pages:
    """What `includes/pagination.html` shows. `before` and `after` are "" at the ends of the list."""

    number: int
    last: int
    total: int
    before: str
    after: str
    first_address: str
    last_address: str
    size: int = PAGE_SIZE

    @property
    def start(self) -> int:
        """Place of the page's first item in the list, counted from 0."""
        return (self.number - 1) * self.size


def last_page(total: int, size: int = PAGE_SIZE) -> int:
    """Number of the last page; an empty list has one page."""
    return max(1, -(-total // size))


def pages_of(*, number: int, total: int, address: Callable[[int], str], size: int = PAGE_SIZE) -> Pages:
    """The page `number` of `total` items, moved into the list where it lies outside; `address` gives a page's link."""
    last = last_page(total, size)
    number = min(max(number, 1), last)
    return Pages(
        number=number,
        last=last,
        total=total,
        before=address(number - 1) if number > 1 else "",
        after=address(number + 1) if number < last else "",
        first_address=address(1),
        last_address=address(last),
        size=size,
    )

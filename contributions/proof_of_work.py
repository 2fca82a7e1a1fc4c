"""A small piece of arithmetic that costs a browser a second or two and a flood of messages its speed. Pure.

While very much arrives, a script looks for a number so that SHA-256 over `challenge:number` begins with BITS zero
bits. The challenge is the form's own signed value, so an answer is worth nothing for another form.
"""

import hashlib

BITS = 16
LONGEST_ANSWER = 16


def is_answer(challenge: str, answer: str) -> bool:
    """Whether this number was worked out for this challenge."""
    if not (answer.isascii() and answer.isdigit()) or len(answer) > LONGEST_ANSWER:
        return False
    digest = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - BITS) == 0

"""What is said to people when something may not be done."""


class Refused(Exception):
    """A person asked for something that may not happen; the message is one sentence they can act on.

    `code` is stable and short, shown in brackets behind the sentence so that support can find the rule.
    `field` names the form field it belongs to, if it belongs to one.
    """

    def __init__(self, sentence: str, *, code: str = "", field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.field = field


class Broken(Exception):
    """A promise does not hold: bytes that do not verify, a store that contradicts itself. Logged, never shown raw."""

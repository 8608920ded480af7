"""What is kept for one reading, and for no longer."""

import contextlib
import threading

from sinergi.kernel.once import once, once_each, reading


def counted():
    calls = []

    @once
    def question(number, *, loud=False):
        calls.append((number, loud))
        return number * 2

    return question, calls


def test_the_same_question_is_asked_once_while_reading():
    question, calls = counted()
    with reading():
        assert [question(1), question(1), question(2), question(1, loud=True)] == [2, 2, 4, 2]
    assert calls == [(1, False), (2, False), (1, True)]


def test_nothing_is_kept_outside_of_a_reading_nor_for_the_next_one():
    question, calls = counted()
    question(1)
    question(1)
    for _ in range(2):
        with reading():
            question(1)
    assert len(calls) == 4


def test_a_reading_of_one_thread_is_not_anothers():
    question, calls = counted()
    with reading():
        question(1)
        other = threading.Thread(target=question, args=(1,))
        other.start()
        other.join()
    assert len(calls) == 2


def test_a_question_that_fails_is_asked_again():
    calls = []

    @once
    def question():
        calls.append(1)
        if len(calls) == 1:
            raise OSError
        return "yes"

    with reading():
        with contextlib.suppress(OSError):
            question()
        assert question() == "yes"


def test_of_many_asked_at_once_each_is_known_later_and_only_the_others_are_asked():
    calls = []

    @once_each
    def doubled(numbers):
        calls.append(numbers)
        return {number: number * 2 for number in numbers}

    with reading():
        assert doubled([1, 2, 2]) == {1: 2, 2: 4}
        assert doubled([2, 3]) == {2: 4, 3: 6}
        assert doubled([1]) == {1: 2} and doubled([]) == {}
    assert calls == [[1, 2], [3]]
    doubled([1])
    doubled([1])
    assert calls[2:] == [[1], [1]]

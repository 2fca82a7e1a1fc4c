from tests.short import left_to_the_full_suite

CASES = ["a.py::test_one", *(f"a.py::test_many[{number}]" for number in range(5)), "b.py::test_many[x]"]


def run(engine: str, browser: bool = False) -> list[str]:
    left = left_to_the_full_suite(CASES, engine=engine, browser=browser)
    return [case for case in CASES if case not in left]


def test_cases_of_one_test_take_turns_between_the_databases():
    first, second = run("sqlite"), run("postgres")
    assert first == [CASES[0], CASES[1], CASES[3], CASES[5], CASES[6]]
    assert second == [CASES[0], CASES[2], CASES[4], CASES[6]]
    assert {*first, *second} == set(CASES)


def test_of_two_cases_each_database_has_one():
    cases = ["a.py::test[1]", "a.py::test[2]"]
    left = [left_to_the_full_suite(cases, engine=engine, browser=False) for engine in ("sqlite", "postgres")]
    assert left == [{cases[1]}, {cases[0]}]


def test_in_the_browser_the_first_and_the_last_case_run():
    assert run("sqlite", browser=True) == [CASES[0], CASES[1], CASES[5], CASES[6]]

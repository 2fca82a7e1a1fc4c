from tests.short import left_to_the_full_suite

CASES = ["a.py::test_one", *(f"a.py::test_many[{number}]" for number in range(5)), "b.py::test_many[x]"]


def run(engine: str, cases: list[str] = CASES, browser: bool = False, about: tuple[str, ...] = ()) -> list[str]:
    left = left_to_the_full_suite(cases, engine=engine, browser=browser, about_database=about)
    return [case for case in cases if case not in left]


def test_each_database_takes_a_sixth_of_the_cases_of_one_test():
    many = [f"a.py::test[{number}]" for number in range(9)]
    assert run("sqlite", many) == [many[0], many[6]]
    assert run("postgres", many) == [many[1], many[7]]


def test_of_two_cases_each_database_has_one():
    cases = ["a.py::test[1]", "a.py::test[2]"]
    assert (run("sqlite", cases), run("postgres", cases)) == ([cases[0]], [cases[1]])


def test_each_test_with_one_case_runs_on_one_database_and_a_third_of_them_on_postgresql():
    cases = [f"a.py::test_{number}" for number in range(7)]
    assert run("postgres", cases) == [cases[2], cases[5]]
    assert run("sqlite", cases) == [case for case in cases if case not in {cases[2], cases[5]}]


def test_what_is_about_the_database_runs_on_both_and_its_cases_take_turns():
    about = ("a.py::test_one", "a.py::test_many")
    first, second = run("sqlite", about=about), run("postgres", about=about)
    assert first == [CASES[0], CASES[1], CASES[3], CASES[5], CASES[6]]
    assert second == [CASES[0], CASES[2], CASES[4]]


def test_in_the_browser_one_case_runs_the_first_or_the_last_in_turn():
    tests = [f"a.py::test_{letter}[{number}]" for letter in "abc" for number in range(3)]
    assert run("sqlite", tests, browser=True) == [tests[0], tests[5], tests[6]]
    assert run("sqlite", ["a.py::test_one", "b.py::test_other"], browser=True) == ["a.py::test_one", "b.py::test_other"]

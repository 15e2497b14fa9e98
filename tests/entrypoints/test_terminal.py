"""What is drawn on a terminal."""

import io

import pytest

from moniqo.entrypoints.cli.chart import braille
from moniqo.entrypoints.cli.demo.series import generated_csv
from moniqo.entrypoints.cli.tables import table
from moniqo.entrypoints.cli.watching import Watch

BLANK = chr(0x2800)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right():
    lines = braille([0.0, 1.0, 2.0, 3.0], width=4, height=2)

    assert [len(line) for line in lines] == [4, 4]
    assert lines[0][0] == BLANK != lines[0][-1]
    assert lines[1][-1] == BLANK != lines[1][0]


def test_a_jump_leaves_no_hole():
    lines = braille([0.0] * 5 + [9.0] * 5, width=5, height=6)

    assert all(any(cell != BLANK for cell in line) for line in lines)


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0, 5.0]])
def test_a_level_line_is_level(values):
    drawn = braille(values, width=3, height=2)

    assert len([line for line in drawn if line != BLANK * 3]) == 1


def test_of_nothing_nothing_is_drawn():
    assert braille([], width=3, height=2) == []


def test_a_cell_is_shown_as_it_is(capsys):
    table(("name",), [("[bold]x[/]",)], title="all")

    assert "[bold]x[/]" in capsys.readouterr().out


def test_progress_is_shown_on_a_terminal_only(monkeypatch):
    shown, hidden = Terminal(), io.StringIO()

    for stream in (shown, hidden):
        monkeypatch.setattr("sys.stderr", stream)
        with Watch() as watch:
            watch.expect(10)
            watch(10)

    assert "10/10" in shown.getvalue()
    assert hidden.getvalue() == ""


def test_the_made_up_series_is_the_same_every_time():
    assert generated_csv(50) == generated_csv(50)
    assert generated_csv(50).count("\n") == 51

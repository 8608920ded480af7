"""What a person at the console reads when a command line makes no sense."""

import pytest

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused


def parser() -> Arguments:
    made = Arguments(prog="sinergi coba", description="Mencoba.")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="satu|dua")
    one = verbs.add_parser("satu", help="yang satu")
    one.add_argument("--days", type=int, required=True)
    one.add_argument("--kind", choices=("kpu", "police"))
    return made


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "Perintah 'sinergi coba' tidak terbaca: satu|dua belum diisi. Lihat 'sinergi coba --help'."),
        (["satu"], "'sinergi coba satu' tidak terbaca: --days belum diisi."),
        (["satu", "--days"], "--days butuh isi."),
        (["satu", "--days", "x"], "--days: 'x' bukan bilangan."),
        (["satu", "--days", "3", "--kind", "x"], "--kind: 'x' tidak dikenal; yang ada: "),
        (["satu", "--days", "3", "lagi"], "lagi tidak dikenal."),
    ],
)
def test_what_makes_no_sense_is_said_in_one_indonesian_sentence(argv, said):
    with pytest.raises(Refused) as refusal:
        parser().parse_args(argv)
    assert said in refusal.value.sentence and refusal.value.code == "N-16"
    assert not {"argument", "required", "choice", "invalid"} & set(refusal.value.sentence.split())


def test_help_speaks_indonesian():
    told = parser().format_help()
    assert told.startswith("pemakaian: sinergi coba") and "usage" not in told and "options" not in told

"""Every sentence on a screen is found, and one without its English is named; `script/lint` asks this of all parts."""

from sinergi.web import catalogues

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Kirim"
msgstr "Send"
"""


def test_a_sentence_that_is_filled_in_before_it_is_translated_is_named(tmp_path):
    (tmp_path / "a.py").write_text('raise Refused(f"Berkas {name} rusak.")')
    (tmp_path / "verbs.py").write_text('raise Refused(f"Berkas {name} rusak.")')
    assert catalogues.untranslatable(tmp_path) == [f"{tmp_path.name}/a.py:1"]


def test_sentences_are_found_in_templates():
    found = list(
        catalogues.in_template(
            '{% load i18n %}{% translate "Satu (1)" %}{% translate "Khusus" context "class" %}{{ _("Dua") }}'
            "{% blocktranslate count n=n %}{{ n }} hal{% plural %}{{ n }} hal-hal{% endblocktranslate %}"
            '{% state "new" _("Tiga") %}'
        )
    )
    assert {(sentence.msgid, sentence.context, sentence.plural) for sentence in found} == {
        ("Satu (1)", "", ""),
        ("Khusus", "class", ""),
        ("Dua", "", ""),
        ("%(n)s hal", "", "%(n)s hal-hal"),
        ("Tiga", "", ""),
    }


def test_sentences_are_found_in_python():
    found = catalogues.in_python('raise Refused("Tidak."); _("Ya"); ngettext("a", "b", 2); other("bukan")')
    assert {sentence.msgid for sentence in found} == {"Tidak.", "Ya", "a"}


def test_a_sentence_without_english_is_missed(tmp_path):
    part = tmp_path / "part"
    (part / "templates").mkdir(parents=True)
    (part / "locale/en/LC_MESSAGES").mkdir(parents=True)
    (part / "templates/a.html").write_text('{% load i18n %}{% translate "Kirim" %}{% translate "Tolak" %}')
    (part / "locale/en/LC_MESSAGES/django.po").write_text(PO)
    assert [sentence.msgid for sentence in catalogues.missing(part)] == ["Tolak"]


def test_only_a_changed_catalogue_is_compiled_again(tmp_path):
    folder = tmp_path / "locale/en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    assert [path.name for path in catalogues.compile_all(tmp_path)] == ["django.mo"]
    assert catalogues.compile_all(tmp_path) == []

"""Undeclared charsets are detected by the letters that real languages use."""

from __future__ import annotations

import pytest

from flows.extract.bytes.decode import decode

SENTENCES = {
    "German": ("Die Bürgermeisterin sagte, für große Städte müsse es Änderungen geben.", "cp1252"),
    "Portuguese": (
        "A eleição não será adiada, disse o ministro após a reunião em São Paulo.",
        "cp1252",
    ),
    "Swedish": (
        "Regeringen föreslår ändringar i lagen, säger statsrådet på en pressträff.",
        "cp1252",
    ),
    "Spanish": ("El señor alcalde anunció mañana un plan para los niños de la región.", "cp1252"),
    "French": ("Le président a été élu à la majorité, après une journée très agitée.", "cp1252"),
    "English": ("“It’s a naïve plan,” she said — and the café owner agreed.", "cp1252"),
    "Czech": (
        "Vláda příští týden předloží nový návrh, řekl ve čtvrtek ministr životního prostředí.",
        "cp1250",
    ),
    "Polish": ("Wójt gminy ogłosił, że źródła wody są bezpieczne dla mieszkańców.", "cp1250"),
    "Hungarian": ("A miniszter közölte, hogy jövőre új útvonal épül a két város között.", "cp1250"),
    "Turkish": ("Belediye başkanı yağışlı havada köprünün kapalı kalacağını söyledi.", "cp1254"),
    "Ukrainian": ("Уряд оголосив, що міст буде відкрито у п’ятницю, сказав міністр.", "cp1251"),
    "Bulgarian": ("Правителството обяви новите мерки, съобщи министърът във вторник.", "koi8-r"),
    "Greek": ("Ο δήμαρχος ανακοίνωσε ότι η γέφυρα θα ανοίξει την Παρασκευή.", "cp1253"),
    "Hebrew": ("ראש העיר הודיע כי הגשר ייפתח ביום שישי לאחר התיקונים.", "cp1255"),
    "Arabic": ("أعلن رئيس البلدية أن الجسر سيفتح يوم الجمعة بعد الإصلاحات.", "cp1256"),
    "Japanese": ("市長は金曜日に橋を再開すると発表した。工事は順調に進んでいるという。", "cp932"),
    "Japanese on Unix": (
        "市長は金曜日に橋を再開すると発表した。工事は順調に進んでいるという。",
        "euc_jp",
    ),
    "Chinese": ("市长宣布大桥将于星期五重新开放，修理工作进展顺利。", "gb18030"),
    "Korean": (
        "시장은 금요일에 다리를 다시 연다고 발표했다. 공사는 순조롭게 진행되고 있다.",
        "cp949",
    ),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_one_sentence_is_enough(language: str) -> None:
    sentence, codec = SENTENCES[language]
    assert decode(sentence.encode(codec)).text == sentence


@pytest.mark.parametrize("language", SENTENCES)
def test_many_sentences_are_read_alike(language: str) -> None:
    sentence, codec = SENTENCES[language]
    text = f"{sentence}\n" * 20
    assert decode(text.encode(codec)).text == text

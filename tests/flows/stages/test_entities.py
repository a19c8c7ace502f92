"""What analysts complain of elsewhere, asked of the warehouse of the seeds."""

from __future__ import annotations

from tests.conftest import Query


def test_one_country_under_all_its_names(query: Query) -> None:
    sql = """
        select distinct e.name, e.country_iso2 from mention m join entity e using (entity_id)
        where m.text in ('US', 'U.S.', 'United States', 'America') and m.entity_type = 'place'
    """
    assert query(sql).rows() == [("United States", "US")]
    forms = query("select distinct text from mention where text in ('US', 'U.S.', 'United States')")
    assert forms.height == 3


def test_one_person_over_articles_and_forms(query: Query) -> None:
    sql = """
        select e.name, count(distinct m.article_id) >= 4 as often,
               list_sort(list(distinct replace(m.text, e'\\n', ' '))) as forms
        from mention m join entity e using (entity_id)
        where m.text like '%Solberg' group by all
    """
    assert query(sql).rows() == [("Henrik Solberg", True, ["Henrik Solberg", "Solberg"])]


def test_an_acronym_is_the_body_it_is_declared_for(query: Query) -> None:
    sql = """
        select distinct m.text, e.name from mention m join entity e using (entity_id)
        where m.text in ('LBWA', 'NGC', 'ERO') order by all
    """
    assert query(sql).rows() == [
        ("ERO", "European Rail Observatory"),
        ("LBWA", "Lake Basin Water Authority"),
        ("NGC", "Northern Grain Council"),
    ]


def test_peoples_are_no_places_and_carry_their_country(query: Query) -> None:
    sql = """
        select distinct m.text, e.entity_type, e.country_iso2, e.latitude
        from mention m join entity e using (entity_id)
        where m.text in ('European', 'Chinese', 'Canadian') order by all
    """
    assert query(sql).rows() == [
        ("Canadian", "group", "CA", None),
        ("Chinese", "group", "CN", None),
        ("European", "group", None, None),
    ]


def test_no_pronoun_figure_or_date_is_a_name(query: Query) -> None:
    sql = """
        select text from mention
        where lower(text) in ('he', 'she', 'they', 'it', 'we', 'i', 'who', 'his', 'her')
           or regexp_matches(text, '^[^A-Za-zÀ-ž]*$')
           or regexp_matches(text, '^[$€£]?[0-9.,]+ ?(bn|m|k|%|per cent)?$')
           or lower(text) in ('monday', 'thursday', 'december', 'march')
    """
    assert query(sql).rows() == []


def test_an_unresolved_name_empties_no_article(query: Query) -> None:
    sql = """
        select count(*) from article a
        where language = 'en' and word_count > 100
          and not exists (from mention m where m.article_id = a.article_id)
    """
    assert query(sql).item() == 0


def test_no_english_names_are_looked_for_in_german(query: Query) -> None:
    sql = """
        select a.language, count(distinct s.sentence_no) > 5, count(distinct m.mention_no)
        from article a left join sentence s using (article_id)
        left join mention m on m.article_id = a.article_id
        where a.language = 'de' group by all
    """
    assert query(sql).rows() == [("de", True, 0)]


def test_cities_carry_geonames_numbers_and_the_reason(query: Query) -> None:
    sql = """
        select name, country_iso2, geonames_id, resolution like 'city: %' from entity
        where name in ('Nairobi', 'Geneva', 'Moscow') and entity_type = 'place' order by all
    """
    assert query(sql).rows() == [
        ("Geneva", "CH", "2660646", True),
        ("Moscow", "RU", "524901", True),
        ("Nairobi", "KE", "184745", True),
    ]

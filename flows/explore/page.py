"""The page as a marimo notebook: connects input fields with the sections they select."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="newshouse")


@app.cell
def _():
    from functools import partial

    import marimo as mo

    from flows.explore import chosen, health_section, live_page, section

    return chosen, health_section, live_page, mo, partial, section


@app.cell
def _(live_page, mo):
    warehouse = live_page.served_warehouse(mo.app_meta().request)
    query = mo.query_params().to_dict()
    live_page.titled(warehouse)
    return query, warehouse


@app.cell
def _(live_page, query):
    tabs = live_page.tabs(query)
    tabs
    return (tabs,)


@app.cell
def _(live_page, mo, section, tabs, warehouse):
    mo.stop(tabs.value != "Overview")
    live_page.shown(warehouse, section.overview)
    return


@app.cell
def _(live_page, mo, partial, section, tabs, warehouse):
    mo.stop(tabs.value != "Outlets")
    live_page.shown(warehouse, partial(section.outlets, linked=True))
    return


@app.cell
def _(live_page, mo, tabs):
    mo.stop(tabs.value != "Entities")
    entity_words = live_page.words("Search entities", "a name or alias, or part of one")
    entity_words
    return (entity_words,)


@app.cell
def _(entity_words, live_page, query, warehouse):
    entity = live_page.entity_pick(warehouse, entity_words.value, query)
    entity
    return (entity,)


@app.cell
def _(chosen, entity, live_page, mo, partial, section, warehouse):
    mo.stop(entity.value is None, live_page.shown(warehouse, section.if_empty))
    live_page.shown(warehouse, partial(chosen.entity, entity_id=entity.value, linked=True))
    return


@app.cell
def _(live_page, mo, query, tabs, warehouse):
    mo.stop(tabs.value != "Articles")
    article_words = live_page.words("Search titles", "words of the title, in any order")
    outlet = live_page.outlet_pick(warehouse, query)
    mo.vstack([article_words, outlet])
    return article_words, outlet


@app.cell
def _(article_words, live_page, outlet, query, warehouse):
    article = live_page.article_pick(warehouse, article_words.value, outlet.value, query)
    article
    return (article,)


@app.cell
def _(article, chosen, live_page, mo, partial, section, warehouse):
    mo.stop(article.value is None, live_page.shown(warehouse, section.if_empty))
    live_page.shown(warehouse, partial(chosen.article, article_id=article.value, linked=True))
    return


@app.cell
def _(health_section, live_page, mo, tabs, warehouse):
    mo.stop(tabs.value != "Quality")
    live_page.shown(warehouse, health_section.quality)
    return


@app.cell
def _(health_section, live_page, mo, tabs, warehouse):
    mo.stop(tabs.value != "Quarantine")
    live_page.shown(warehouse, health_section.quarantine)
    return


if __name__ == "__main__":
    app.run()

// What the pages of Great Expectations ask of jQuery, Bootstrap and bootstrap-table, and no more:
// so they work without the internet.
(function () {
  "use strict";

  class Found {
    constructor(elements) { this.elements = elements; }
    each(act) { this.elements.forEach((element, n) => act(n, element)); return this; }
    parent() { return new Found([...new Set(this.elements.map((e) => e.parentElement))]); }
    fadeIn() { return this.each((_, e) => { e.style.display = ""; }); }
    fadeOut() { return this.each((_, e) => { e.style.setProperty("display", "none", "important"); }); }
    removeClass() { return this; }
    modal() { return this; }
    prepend(html) { return this.each((_, e) => e.insertAdjacentHTML("afterbegin", html)); }
    data(name) { return this.elements[0].getAttribute("data-" + name); }
    ready(act) { document.addEventListener("DOMContentLoaded", act); return this; }
    on(event, act) {
      return this.each((_, e) => { if (event === "click-row.bs.table") e.rowClicked = act; });
    }
    bootstrapTable(options) {
      return this.each((_, table) => {
        if (typeof options === "string") {
          table.parentElement.querySelectorAll("input").forEach((box) => { box.value = ""; });
          table.draw();
        } else {
          fill(table, options);
        }
      });
    }
  }

  window.$ = (what) =>
    new Found(typeof what === "string" ? [...document.querySelectorAll(what)] : [what]);

  function textOf(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html === undefined || html === null ? "" : String(html);
    return holder.content.textContent;
  }

  // A table of rows, sorted by a click on a column's title and searched by a box above it.
  function fill(table, options) {
    const sort = { name: options.sortName, down: options.sortOrder === "desc" };
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = "Search";
    table.before(box);
    const head = table.createTHead().insertRow();
    for (const column of options.columns) {
      const title = document.createElement("th");
      title.textContent = column.title;
      title.addEventListener("click", () => {
        sort.down = sort.name === column.field && !sort.down;
        sort.name = column.field;
        table.draw();
      });
      head.append(title);
    }
    const body = table.createTBody();
    table.draw = () => {
      const column = options.columns.find((c) => c.field === sort.name) || {};
      const key = (row) => row[column.sortName || sort.name];
      const wanted = box.value.toLowerCase();
      const rows = options.data
        .filter((row) => options.columns.some(
          (c) => textOf(row[c.field]).toLowerCase().includes(wanted)))
        .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (sort.down ? -1 : 1));
      body.replaceChildren(...rows.map((row, n) => drawn(table, options, row, n)));
    };
    box.addEventListener("input", table.draw);
    table.draw();
  }

  function drawn(table, options, row, number) {
    const line = document.createElement("tr");
    for (const column of options.columns) line.insertCell().innerHTML = row[column.field] ?? "";
    const attributes = window[options.rowAttributes];
    if (attributes) {
      for (const [name, value] of Object.entries(attributes(row, number))) {
        line.setAttribute(name, value);
      }
      line.addEventListener("click", (event) => {
        if (!event.target.closest("a") && table.rowClicked) {
          table.rowClicked(event, row, new Found([line]));
        }
      });
    }
    return line;
  }

  document.addEventListener("click", (event) => {
    const handle = event.target.closest("[data-toggle=collapse], [data-toggle=tab]");
    if (!handle) return;
    event.preventDefault();
    const target = document.getElementById(
      (handle.getAttribute("href") || handle.dataset.target).slice(1));
    if (handle.dataset.toggle === "collapse") {
      target.classList.toggle("show");
      return;
    }
    for (const shown of [...target.parentElement.children]) shown.classList.remove("show", "active");
    for (const link of document.querySelectorAll("[data-toggle=tab]")) {
      link.classList.toggle("active", link === handle);
    }
    target.classList.add("show", "active");
  });
})();

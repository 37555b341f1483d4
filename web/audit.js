// Filters and sorts the table of the audit. Without it the whole table stands. A classic script: it runs from a folder, too.
(function () {
  "use strict";
  const table = document.querySelector("table.audit");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const controls = document.createElement("div");
  const status = document.createElement("p");
  const selects = {};
  controls.className = "audit-controls";
  status.setAttribute("role", "status");

  function show() {
    const shown = rows.filter((row) => {
      row.hidden = Object.keys(selects).some((key) => selects[key].value && selects[key].value !== row.dataset[key]);
      return !row.hidden;
    });
    status.textContent = `${shown.length} of ${rows.length} claims`;
  }

  for (const key of ["verdict", "kind", "chapter"]) {
    const label = document.createElement("label");
    const select = (selects[key] = document.createElement("select"));
    select.append(new Option("all", ""));
    for (const value of new Set(rows.map((row) => row.dataset[key]))) select.append(new Option(value));
    select.addEventListener("change", show);
    label.append(`${key} `, select);
    controls.append(label);
  }
  controls.append(status);
  table.before(controls);

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const text = (row) => row.cells[column].textContent;
      rows.sort((a, b) => (up ? 1 : -1) * text(a).localeCompare(text(b)));
      body.append(...rows);
    });
    head.replaceChildren(button);
  });

  // A link to a claim shows it, whatever was filtered.
  function follow() {
    const row = rows.find((one) => `#${one.id}` === location.hash);
    if (!row) return;
    for (const select of Object.values(selects)) select.value = "";
    show();
    row.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", follow);
  show();
  follow();
})();

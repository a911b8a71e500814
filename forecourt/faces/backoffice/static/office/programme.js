// The form of the programme: rows come and go, what is typed is looked at while it is typed, saving keeps the page as it is.
(() => {
  "use strict";
  const form = document.getElementById("programme");
  if (!form) return;
  const bar = form.querySelector(".stickybar"), state = bar.querySelector("[data-state]"), count = bar.querySelector("[data-count]");
  let isDirty = false, waiting = 0, asked = 0, isLeaving = false;

  // what is at fault stands beside its field; a fault that no field has stands on top
  let faults = 0;
  function mark(found) {
    form.querySelectorAll(".fault").forEach((text) => text.remove());
    form.querySelectorAll("[aria-invalid]").forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
    for (const [name, said] of Object.entries(found)) {
      const text = document.createElement("p");
      text.className = "fault"; text.id = `programme-fault-${++faults}`; text.setAttribute("role", "alert"); text.textContent = said;
      const field = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
      if (!field) { form.prepend(text); continue; }
      field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", text.id);
      field.closest(".field").append(text);
      const fold = field.closest("details"); if (fold) fold.open = true;
    }
    const total = Object.keys(found).length;
    count.textContent = total ? `${total} ${form.dataset.faults}` : "";
  }
  function show(said) {
    if (said.panel) form.querySelector("[data-panel]").innerHTML = said.panel;
    if (said.ladder) form.querySelector("[data-ladder]").innerHTML = said.ladder;
    if (said.faults) mark(said.faults);
  }
  function touch() {
    isDirty = true;
    state.textContent = form.dataset.unsaved; state.parentElement.classList.add("dirty");
    look();
  }
  function look() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), headers: { "X-Office-Form": "1" } });
        if (answer.ok && mine === asked) show(await answer.json());
      } catch { /* without a line there is no preview; saving will say so */ }
    }, 500);
  }
  async function save() {
    clearTimeout(waiting); const mine = ++asked;
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: new FormData(form), headers: { "X-Office-Form": "1" } });
      const said = await answer.json();
      if (said.problem) { mark({ "": said.problem }); form.querySelector(".fault").scrollIntoView({ block: "center" }); return false; }
      if (mine === asked) show(said); else if (said.faults) mark(said.faults);
      if (!answer.ok) { form.querySelector("[aria-invalid]")?.focus(); return false; }
      form.elements.revision.value = said.revision;
      if (mine === asked) { isDirty = false; state.textContent = said.saved; state.parentElement.classList.remove("dirty"); }
      return true;
    } catch {
      mark({ "": document.querySelector(".fc[data-failed]").dataset.failed });
      form.querySelector(".fault").scrollIntoView({ block: "center" });
      return false;
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  // rows
  const rows = (kind) => [...form.querySelectorAll(`[data-row="${kind}"]`)];
  function add(kind) {
    const number = rows(kind).reduce((most, row) => Math.max(most, Number(row.querySelector(`input[name="${kind}"]`).value) + 1), 0);
    const holder = document.createElement("div");
    holder.innerHTML = document.getElementById(`new-${kind}`).innerHTML.replaceAll("__n__", number);
    const row = holder.querySelector("[data-row]");
    const codes = new Set(rows(kind).map((other) => other.querySelector("[name$='.code']").value));
    let place = number + 1;
    while (codes.has(`${kind}-${place}`)) place += 1;
    row.querySelector("[name$='.code']").value = `${kind}-${place}`;
    form.querySelector(`[data-rows="${kind}"]`).append(row);
    row.querySelector(".main input").focus();
    touch(); nameTiers();
  }
  function remove(row) {
    const strip = document.createElement("div");
    strip.className = "undone soft small";
    const undo = document.createElement("button");
    undo.type = "button"; undo.className = "button quiet"; undo.textContent = form.dataset.undo;
    undo.addEventListener("click", () => { strip.remove(); row.disabled = false; touch(); nameTiers(); });
    strip.append(`${row.querySelector(".main input").value} ${form.dataset.removed}`, undo);
    row.before(strip); row.disabled = true; row.hidden = true;
    const bring = new MutationObserver(() => { if (!row.disabled) { row.hidden = false; bring.disconnect(); } });
    bring.observe(row, { attributes: true });
    touch(); nameTiers();
  }
  // where businesses start is one of the tiers as they are called just now
  function nameTiers() {
    const choice = form.elements.business_tier, chosen = choice.value;
    const own = rows("tier").filter((row) => !row.disabled).map((row) => [row.querySelector("[name$='.code']").value, row.querySelector("[name$='.name']").value]);
    choice.replaceChildren(choice.options[0], ...own.map(([code, name]) => new Option(name || code, code)));
    choice.value = own.some(([code]) => code === chosen) ? chosen : "";
  }

  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("try_")) look(); else touch();
    if (/^tiers\.\d+\.(name|code)$/.test(event.target.name || "")) nameTiers();
  });
  form.addEventListener("click", (event) => {
    const more = event.target.closest("[data-add]"), less = event.target.closest("[data-remove]");
    if (more) add(more.dataset.add);
    if (less) remove(less.closest("[data-row]"));
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  form.querySelector("[data-submit]")?.addEventListener("click", async (event) => {
    if (!isDirty) return;
    event.preventDefault();
    const to = event.currentTarget.href;
    if (await save()) { isLeaving = true; location.href = to; }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); save(); }
  });
  window.addEventListener("beforeunload", (event) => { if (isDirty && !isLeaving) event.preventDefault(); });
  const begun = form.querySelectorAll(".fault").length;
  if (begun) {
    form.querySelectorAll(".fault").forEach((text) => { text.closest(".field")?.querySelector("input,select,textarea")?.setAttribute("aria-invalid", "true"); });
    count.textContent = `${begun} ${form.dataset.faults}`;
  }
})();

// Offers: parts of a page that ask again while a simulation runs, and the builder, which edits the offer's JSON as rows.
(() => {
  "use strict";
  async function again(box) {
    const answer = await fetch(box.dataset.poll).catch(() => null);
    if (!box.isConnected) return;
    if (!answer?.ok) { watch(box); return; }
    const holder = document.createElement(box.tagName === "TBODY" ? "table" : "div");
    holder.innerHTML = await answer.text();
    const next = holder.firstElementChild;
    if (box.closest("[data-reload]") && !next.dataset.poll) { location.reload(); return; }
    box.replaceWith(next); watch(next);
  }
  function watch(part) {
    const box = part.matches?.("[data-poll]") ? part : part.querySelector?.("[data-poll]");
    if (box) setTimeout(() => again(box), 1500);
  }
  watch(document);
  // last month's simulation of a draft, saved first where it is being edited
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-simulate]");
    if (!button) return;
    button.disabled = true;
    if (window.saveOffer && !(await window.saveOffer())) { button.disabled = false; return; }
    const code = document.getElementById("offer-form")?.dataset.code || button.dataset.code;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of [["since", button.dataset.since], ["until", button.dataset.until], [button.dataset.what || "offers", code], ["panel", code]]) body.set(name, value);
    const place = button.parentElement.querySelector("[data-watched]");
    try {
      const said = await (await fetch(button.dataset.simulate, { method: "POST", body, headers: { "X-Office-Form": "1" } })).json();
      if (said.watch) { place.innerHTML = await (await fetch(said.watch)).text(); watch(place); }
      else place.textContent = Object.values(said.problems || {}).join(" ");
    } catch { place.textContent = document.querySelector(".fc[data-failed]").dataset.failed; }
    button.disabled = false;
  });
})();
(() => {
  "use strict";
  const form = document.getElementById("offer-form");
  if (!form) return;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const catalogue = read("offer-catalogue"), names = read("offer-names"), said = read("offer-said");
  const raw = form.elements.rule, LISTS = ["products", "categories", "brands", "kinds", "families"];
  const NUMBERS = ["number", "whole", "money", "price", "volume", "percent"];
  const terms = { is: new Map(catalogue.conditions.map((one) => [one.tag, one])), give: new Map(catalogue.effects.map((one) => [one.tag, one])) };
  const specs = Object.fromEntries(catalogue.offer.map((one) => [one.name, one]));
  for (const field of catalogue.products) for (const one of field.choices || []) names[one.value] = one.label;
  let rule = JSON.parse(raw.value), isDirty = false, isLeaving = false, waiting = 0, asked = 0, hasSaved = false;
  const touched = new Set();

  function h(tag, settings, ...inner) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(settings || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...inner.flat().filter((one) => one !== null && one !== undefined && one !== false));
    return node;
  }
  const icon = (name) => h("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);
  const remover = (label, act) => h("button", { type: "button", class: "button quiet danger remove", "aria-label": `${said.remove}: ${label}`, title: said.remove, onclick: act }, icon("close"));
  const isEmpty = (value) => value === "" || value === undefined || value === null || (Array.isArray(value) && !value.length);
  function put(holder, spec, value, path) {
    if (isEmpty(value) || (spec.kind === "yes" && value === spec.default)) delete holder[spec.name]; else holder[spec.name] = value;
    touched.add(path); touch();
  }

  // one field of the language
  function field(spec, holder, path) {
    const value = holder[spec.name] ?? (spec.kind === "yes" || spec.kind === "choice" ? spec.default : undefined);
    const shell = (inner, settings) => h("label", { class: "field", "data-path": path, ...settings }, h("span", { class: "label" }, spec.label), inner, spec.hint ? h("span", { class: "hint" }, spec.hint) : null);
    if (NUMBERS.includes(spec.kind)) {
      const input = h("input", { inputmode: spec.kind === "whole" ? "numeric" : "decimal", maxlength: 14, class: "num short", placeholder: spec.required ? "" : (isEmpty(spec.default) || spec.default === "0" ? said.optional : spec.default) });
      input.value = value ?? "";
      input.addEventListener("input", () => { const text = input.value.trim(); put(holder, spec, spec.kind === "whole" && /^-?\d{1,9}$/.test(text) ? Number(text) : text, path); });
      return shell(input);
    }
    if (spec.kind === "yes") {
      const box = h("input", { type: "checkbox" }); box.checked = !!value;
      box.addEventListener("change", () => put(holder, spec, box.checked, path));
      return h("label", { class: "inline field", "data-path": path }, box, spec.label, spec.hint ? h("span", { class: "hint" }, spec.hint) : null);
    }
    if (spec.kind === "choice") {
      const choice = h("select", {}, value === undefined ? h("option", { value: "" }, said.one) : null, spec.choices.map((one) => h("option", { value: one.value, selected: one.value === value }, one.label)));
      choice.addEventListener("change", () => put(holder, spec, choice.value, path));
      return shell(choice);
    }
    if (spec.kind === "choices") {
      const boxes = spec.choices.map((one) => {
        const box = h("input", { type: "checkbox", value: one.value }); box.checked = (value || []).includes(one.value);
        box.addEventListener("change", () => put(holder, spec, spec.choices.map((each) => each.value).filter((code) => (code === one.value ? box.checked : (holder[spec.name] || []).includes(code))), path));
        return h("label", { class: "inline" }, box, one.label);
      });
      return h("fieldset", { class: "field wide", "data-path": path }, h("legend", { class: "label" }, spec.label), h("div", { class: "ticks" }, boxes));
    }
    if (spec.kind === "rows") return h("fieldset", { class: "field wide", "data-path": path }, h("legend", { class: "label" }, spec.label), list(spec, holder, path));
    if (spec.kind === "selection") return selection(spec, holder, path);
    if (spec.kind === "pumps" || spec.kind === "days_of_month") {
      const input = h("input", { inputmode: "numeric", maxlength: 200, placeholder: "1, 2, 18" });
      input.value = (value || []).join(", ");
      input.addEventListener("input", () => put(holder, spec, input.value.split(/[\s,，、]+/).filter(Boolean).map((one) => (/^\d{1,3}$/.test(one) ? Number(one) : one)), path));
      return shell(input);
    }
    if (["product", "template", "tier", "funder"].includes(spec.kind)) return picker(spec, path, { kind: spec.kind === "product" ? "products" : spec.kind === "tier" ? "tiers" : spec.kind, single: true, free: spec.kind === "funder", values: () => (isEmpty(holder[spec.name]) ? [] : [["", holder[spec.name]]]), change: (values) => put(holder, spec, values.length ? values[0][1] : "", path) });
    if (["products", "categories", "brands", "stations", "regions", "payees", "tiers", "tags", "segments", "tenders"].includes(spec.kind)) return picker(spec, path, { kind: spec.kind, free: ["tags", "segments", "tenders", "brands"].includes(spec.kind), values: () => (holder[spec.name] || []).map((code) => ["", code]), change: (values) => put(holder, spec, values.map((one) => one[1]), path) });
    const type = { moment: "datetime-local", time: "time" }[spec.kind] || "text";
    const input = h("input", { type, maxlength: spec.name === "text" ? 400 : 120, readonly: spec.name === "code" && !!form.dataset.code });
    input.value = value ?? "";
    input.addEventListener("input", () => put(holder, spec, input.value, path));
    return shell(input, spec.name === "text" ? { class: "field wide" } : {});
  }

  // products: every list of the selection as chips of one box, and what is spared
  function selection(spec, holder, path) {
    const now = () => holder[spec.name] ?? spec.default ?? {};
    const store = (next) => { const kept = Object.fromEntries(Object.entries(next).filter(([, codes]) => codes.length)); if (!Object.keys(kept).length && spec.default === null) delete holder[spec.name]; else holder[spec.name] = kept; touched.add(path); touch(); };
    const main = picker(spec, path, { kind: "selection", empty: spec.default === null ? said.optional : said.any_product,
      values: () => LISTS.flatMap((kind) => (now()[kind] || []).map((code) => [kind, code])),
      change: (values) => { const next = { exclude: now().exclude || [] }; for (const [kind, code] of values) (next[kind] ||= []).push(code); store(next); } });
    const spared = () => picker({ name: "exclude", label: said.but_not }, `${path}.exclude`, { kind: "products", values: () => (now().exclude || []).map((code) => ["", code]), change: (values) => store({ ...now(), exclude: values.map((one) => one[1]) }) });
    const box = h("div", { class: "field selection" }, main);
    if ((now().exclude || []).length) box.append(spared());
    else main.append(h("button", { type: "button", class: "button quiet small", onclick: (event) => { event.currentTarget.remove(); const more = spared(); box.append(more); more.querySelector("input").focus(); } }, `+ ${said.but_not}`));
    return box;
  }

  // chips with a search box: arrows choose, Enter takes, Backspace takes the last one away
  let serial = 0;
  function picker(spec, path, how) {
    const id = `pick-${++serial}`, chips = h("span", { class: "chosen" }), hits = h("ul", { class: "hits", id, role: "listbox", hidden: true });
    const input = h("input", { role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", "aria-label": spec.label, autocomplete: "off", maxlength: 60 });
    let found = [], at = -1, timer = 0, mine = 0;
    function paint() {
      const values = how.values();
      chips.replaceChildren(...values.map((one, place) => h("span", { class: "chip", title: how.kind === "funder" ? names[one[1]] || one[1] : one[1] }, names[one[1]] || one[1], h("button", { type: "button", "aria-label": `${said.remove}: ${names[one[1]] || one[1]}`, onclick: () => { how.change(values.filter((_, other) => other !== place)); paint(); input.focus(); } }, "×"))));
      input.placeholder = values.length ? (how.single ? "" : "+") : how.empty || said.search;
      input.classList.toggle("small", values.length > 0);
    }
    // who pays is typed by name: whoever is not in the list is a supplier
    const typed = (text) => { const name = text.replace(/^supplier\s*:\s*/i, ""); return how.kind === "funder" ? { kind: how.kind, code: `supplier:${name}`, name: `${said.supplier} ${name}` } : { kind: how.kind, code: text, name: text }; };
    function close() { hits.hidden = true; input.setAttribute("aria-expanded", "false"); at = -1; }
    function take(one) {
      names[one.code] = one.name;
      const values = how.values().filter((other) => !(other[1] === one.code && (other[0] === "" || other[0] === one.kind)));
      how.change(how.single ? [["", one.code]] : [...values, [how.kind === "selection" ? one.kind : "", one.code]]);
      input.value = ""; close(); paint(); input.focus();
    }
    function list() {
      hits.replaceChildren(...(found.length ? found.map((one, place) => h("li", { role: "option", id: `${id}-${place}`, "aria-selected": place === at ? "true" : "false", onmousedown: (event) => { event.preventDefault(); take(one); } }, h("span", {}, one.name), h("span", { class: "soft small" }, [how.kind === "selection" ? said[one.kind] : "", one.code !== one.name && one.kind !== "funder" && one.kind !== "kinds" && one.kind !== "families" ? one.code : ""].filter(Boolean).join(" · ")))) : [h("li", { class: "soft" }, how.free && input.value ? said.enter : said.none)]));
      hits.hidden = false; input.setAttribute("aria-expanded", "true");
      if (at >= 0) { input.setAttribute("aria-activedescendant", `${id}-${at}`); hits.children[at]?.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
    }
    async function search() {
      const text = input.value.trim(), number = ++mine;
      const fixed = how.kind !== "selection" ? [] : catalogue.products.flatMap((each) => (each.choices || []).map((one) => ({ kind: each.name, code: one.value, name: one.label }))).filter((one) => one.name.toLowerCase().includes(text.toLowerCase()));
      try {
        const answer = await (await fetch(`${form.dataset.pick}?kind=${encodeURIComponent(how.kind)}&q=${encodeURIComponent(text)}`)).json();
        if (number !== mine || document.activeElement !== input) return;
        found = [...fixed, ...answer.found]; at = text && found.length ? 0 : -1; list();
      } catch { close(); }
    }
    input.addEventListener("input", () => { found = []; at = -1; clearTimeout(timer); timer = setTimeout(search, 180); });
    input.addEventListener("focus", search);
    input.addEventListener("blur", () => { clearTimeout(timer); mine += 1; close(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); at = Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))); list(); }
      else if (event.key === "Enter") { event.preventDefault(); const text = input.value.trim(); if (found[at] && !hits.hidden) take(found[at]); else if (how.free && text) take(typed(text)); }
      else if (event.key === "Escape" && !hits.hidden) { event.stopPropagation(); close(); }
      else if (event.key === "Backspace" && !input.value && how.values().length) { how.change(how.values().slice(0, -1)); paint(); }
    });
    paint();
    return h("div", { class: "field picker", "data-path": path }, h("span", { class: "label" }, spec.label), h("div", { class: "pickbox", onclick: () => input.focus() }, chips, input, hits), spec.hint ? h("span", { class: "hint" }, spec.hint) : null);
  }

  // rows of values: budgets, steps, hours
  function list(spec, holder, path) {
    const rows = holder[spec.name] || [];
    return h("div", { class: "rows" }, rows.map((row, place) => h("div", { class: "term", "data-path": `${path}.${place}` }, h("div", { class: "inner" }, spec.fields.map((one) => field(one, row, `${path}.${place}.${one.name}`))), remover(spec.label, () => { rows.splice(place, 1); if (!rows.length) delete holder[spec.name]; render(); }))),
      h("button", { type: "button", class: "button", onclick: () => { (holder[spec.name] ||= []).push({}); render(`${path}.${rows.length}`); } }, `＋ ${said.addRow}`));
  }

  // terms: conditions and effects
  function adder(kind, tag, act) {
    const select = h("select", { class: "adder", "aria-label": kind }, h("option", { value: "" }, `＋ ${kind}`), catalogue.groups.map((group) => {
      const inside = [...terms[tag].values()].filter((one) => one.about === group.about && group.about !== "logic");
      return inside.length ? h("optgroup", { label: group.title }, inside.map((one) => h("option", { value: one.tag }, one.title))) : null;
    }));
    select.addEventListener("change", () => { if (select.value) act({ [tag]: select.value }); });
    return select;
  }
  function leaf(tag, node, path, replace, remove, extra) {
    const term = terms[tag].get(node[tag]);
    const kind = h("select", { class: "kind", "aria-label": term?.title || node[tag] }, catalogue.groups.map((group) => {
      const inside = [...terms[tag].values()].filter((one) => one.about === group.about && group.about !== "logic");
      return inside.length ? h("optgroup", { label: group.title }, inside.map((one) => h("option", { value: one.tag, selected: one.tag === node[tag] }, one.title))) : null;
    }));
    kind.addEventListener("change", () => replace({ [tag]: kind.value }));
    return h("div", { class: "term", "data-path": path }, h("div", { class: "inner" }, extra, kind, (term?.fields || []).map((one) => field(one, node, `${path}.${one.name}`))), remover(term?.title || "", remove));
  }
  function condition(node, path, replace, remove, depth) {
    if (node.is === "not") {
      const box = condition(node.of || { is: "all", of: [] }, `${path}.of`, (next) => { node.of = next; render(); }, remove, depth);
      box.classList.add("negated");
      const toggle = box.querySelector(":scope > .inner > .negate, :scope > .head > .negate");
      toggle.setAttribute("aria-pressed", "true"); toggle.replaceWith(negate(true, () => replace(node.of)));
      return box;
    }
    if (node.is === "all" || node.is === "any") return group(node, path, replace, remove, depth);
    return leaf("is", node, path, replace, remove, negate(false, () => replace({ is: "not", of: node })));
  }
  const negate = (isOn, act) => h("button", { type: "button", class: `negate ${isOn ? "on" : ""}`, "aria-pressed": isOn ? "true" : "false", onclick: () => { act(); } }, said.not);
  function group(node, path, replace, remove, depth) {
    node.of ||= [];
    const kind = h("select", { class: "kind", "aria-label": said.all }, ["all", "any"].map((one) => h("option", { value: one, selected: node.is === one }, said[one])));
    kind.addEventListener("change", () => { node.is = kind.value; render(); });
    const parts = node.of.map((part, place) => [place ? h("span", { class: "joint" }, said[node.is === "all" ? "and" : "or"]) : null, condition(part, `${path}.of.${place}`, (next) => { node.of[place] = next; render(`${path}.of.${place}`); }, () => { node.of.splice(place, 1); render(); }, depth + 1)]).flat();
    const add = (next) => { node.of.push(next); render(`${path}.of.${node.of.length - 1}`); };
    return h("div", { class: `group ${depth ? "nested" : ""}`, "data-path": path },
      depth || node.of.length > 1 ? h("div", { class: "head" }, depth ? negate(false, () => replace({ is: "not", of: node })) : null, kind, depth ? remover(said.all, remove) : null) : null,
      depth || node.of.length ? parts : h("p", { class: "soft small" }, said.always),
      h("div", { class: "row adders" }, adder(said.addCondition, "is", add), depth < 4 ? h("button", { type: "button", class: "button", onclick: () => add({ is: node.is === "all" ? "any" : "all", of: [] }) }, `＋ ${said.addGroup}`) : null));
  }

  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  function fill(name, fields) { part(name).replaceChildren(...fields.map((one) => field(specs[one], rule, one))); }
  function render(focus) {
    if (!rule.when || !["all", "any"].includes(rule.when.is)) rule.when = { is: "all", of: rule.when ? [rule.when] : [] };
    if (!Array.isArray(rule.then)) rule.then = [];
    fill("head", ["name", "code", "text"]); fill("time", ["starts", "ends"]); fill("combining", ["group", "priority", "worth", "alone", "floor"]);
    part("when").replaceChildren(group(rule.when, "when", () => {}, () => {}, 0));
    part("then").replaceChildren(...rule.then.map((one, place) => leaf("give", one, `then.${place}`, (next) => { rule.then[place] = next; render(`then.${place}`); }, () => { rule.then.splice(place, 1); render(); })), h("div", { class: "row adders", "data-path": "then" }, adder(said.addEffect, "give", (next) => { rule.then.push(next); render(`then.${rule.then.length - 1}`); })));
    part("budgets").replaceChildren(list(specs.budgets, rule, "budgets")); part("funding").replaceChildren(h("div", { "data-path": "funding" }, list(specs.funding, rule, "funding")));
    if (focus !== undefined) touch();
    if (focus) { const box = form.querySelector(`[data-path="${CSS.escape(focus)}"]`); (box?.querySelector(".field input, .field select") || box?.querySelector("select"))?.focus(); }
    if (focus === undefined && isReady) touch();
    mark(last);
  }

  // what is at fault: beside its field once that was touched or a save tried, else in the list of what is missing
  let last = {}, isReady = false;
  function mark(found) {
    last = found;
    form.querySelectorAll(".fault").forEach((one) => one.remove());
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    const todo = form.querySelector("[data-todo]"); todo.replaceChildren();
    for (const [path, text] of Object.entries(found)) {
      let box = null, at = path;
      while (at && !(box = form.querySelector(`[data-path="${CSS.escape(at)}"]`))) at = at.split(".").slice(0, -1).join(".");
      const label = box?.querySelector(".label")?.textContent || "";
      todo.append(h("li", {}, h("strong", {}, label ? `${label}: ` : ""), text));
      if (!hasSaved && !touched.has(path)) continue;
      const fault = h("p", { class: "fault", role: "alert" }, text);
      if (!box) { form.querySelector("[data-part=head]").before(fault); continue; }
      box.querySelector("input, select")?.setAttribute("aria-invalid", "true"); box.append(fault);
    }
    const total = Object.keys(found).length;
    if (total) todo.prepend(h("li", { class: "soft" }, said.missing));
    form.querySelector("[data-count]").textContent = total ? `${total} ${said.mend}` : "";
  }
  const write = () => { raw.value = JSON.stringify(rule, null, 2); };
  const state = form.querySelector("[data-state]");
  function touch() { isDirty = true; state.textContent = said.unsaved; state.parentElement.classList.add("dirty"); write(); look(); }
  function look(wait = 450) {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), headers: { "X-Office-Form": "1" } });
        if (!answer.ok || mine !== asked) return;
        const told = await answer.json();
        mark(told.faults);
        const sentence = form.querySelector("[data-sentence]"), tried = form.querySelector("[data-tried]");
        if (told.words) sentence.textContent = told.words;
        sentence.classList.toggle("soft", !told.words);
        form.querySelector("[data-advice]").replaceChildren(...(told.advice || []).map((text) => h("li", {}, h("span", { class: "badge amber" }, "!"), " ", text)));
        form.querySelector("[data-costless]").innerHTML = told.costless || "";
        if (tried && told.panel) tried.innerHTML = told.panel;
      } catch { /* without a line there is no preview; saving says so */ }
    }, wait);
  }
  async function save() {
    clearTimeout(waiting); hasSaved = true;
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form), headers: { "X-Office-Form": "1" } });
      const told = await answer.json();
      if (!answer.ok) { mark(told.faults || told.problems || { "": said.failed }); form.querySelector(".fault")?.scrollIntoView({ block: "center" }); form.querySelector("[aria-invalid]")?.focus(); return false; }
      isDirty = false; state.textContent = told.saved; state.parentElement.classList.remove("dirty"); mark({});
      if (!form.dataset.code) {
        form.dataset.code = told.code; history.replaceState(null, "", told.to); render();
        isDirty = false; state.textContent = told.saved; state.parentElement.classList.remove("dirty");
      }
      form.querySelector("[data-hand-in]").href = `${form.dataset.page.replace("__code__", encodeURIComponent(told.code))}#hand-in`;
      return true;
    } catch { mark({ "": said.failed }); return false; }
    finally { form.removeAttribute("aria-busy"); }
  }
  window.saveOffer = () => (isDirty || !form.dataset.code ? save() : Promise.resolve(true));
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  form.querySelector("[data-hand-in]").addEventListener("click", async (event) => {
    event.preventDefault();
    const link = event.currentTarget;
    if (await window.saveOffer()) { isLeaving = true; location.href = link.href; }
  });
  form.addEventListener("input", (event) => { if (event.target.name?.startsWith("try_")) look(); });
  form.elements.try_who?.addEventListener("change", (event) => { form.querySelector("[data-phone]").hidden = event.target.value !== "phone"; });
  raw.addEventListener("input", () => {
    try { rule = JSON.parse(raw.value); const kept = raw.value; render(); raw.value = kept; } catch { isDirty = true; look(); }
  });
  form.querySelectorAll("[data-tab]").forEach((tab) => tab.addEventListener("click", (event) => {
    event.preventDefault();
    form.querySelectorAll("[data-tab]").forEach((one) => one.toggleAttribute("aria-current", one === tab));
    form.querySelectorAll("[data-view]").forEach((view) => { view.hidden = view.dataset.view !== tab.dataset.tab; });
  }));
  document.addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); save(); } });
  window.addEventListener("beforeunload", (event) => { if (isDirty && !isLeaving && form.dataset.code) event.preventDefault(); });
  render(); write(); isReady = true; look(0);
})();

// The back office's own behaviour: keys, charts, forms that send themselves. No dependency but Unfold's Chart.js.
(() => {
  "use strict";
  const inField = (t) => /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable;
  let waitingForG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll(".fc details.button-fold[open], .fc details.menu[open]").forEach((d) => { d.open = false; });
      if (inField(event.target)) event.target.blur();
      return;
    }
    if (inField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      else { const home = document.querySelector("[data-search-page]"); if (home) location.href = home.dataset.searchPage; }
      return;
    }
    if (event.key === "g") { waitingForG = Date.now(); return; }
    if (Date.now() - waitingForG < 1500) {
      waitingForG = 0;
      const places = JSON.parse(document.getElementById("office-places")?.textContent || "{}");
      if (places[event.key]) { event.preventDefault(); location.href = places[event.key]; }
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
    if (event.target.matches("[data-all]")) {
      document.querySelectorAll(`input[name="${event.target.dataset.all}"]`).forEach((box) => { box.checked = event.target.checked; });
    }
    countChosen();
  });
  // what is done with many at once shows when something is chosen, with how many
  function countChosen() {
    document.querySelectorAll("[data-bulk]").forEach((bar) => {
      const count = document.querySelectorAll(`input[name="${bar.dataset.bulk}"]:checked`).length;
      bar.hidden = !count;
      bar.querySelectorAll("[data-count]").forEach((place) => { place.textContent = count; });
    });
  }
  window.addEventListener("pageshow", countChosen);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const like = event.target.closest("[data-same]");
    if (like) {
      const rows = [...document.querySelectorAll(like.dataset.same)];
      const first = [...rows[0].querySelectorAll("input")];
      rows.slice(1).forEach((row) => row.querySelectorAll("input").forEach((field, place) => { field.value = first[place].value; }));
    }
    document.querySelectorAll(".fc details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    // a filter that is not set stays out of the address
    if (event.target.matches("form[data-auto]")) {
      event.target.querySelectorAll("input,select").forEach((field) => { if (!field.value) field.disabled = true; });
    }
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-auto] :disabled").forEach((field) => { field.disabled = false; });
  });
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = [];
  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const ink = css("--fc-faint"), line = css("--fc-line");
    const number = new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: data.digits ?? 0 });
    // a currency's sign stands before each figure, other units beside the axis
    const isSign = (unit) => /[¥$€£]$/.test(unit || "");
    const said = (value, unit) => (isSign(unit) ? `${value < 0 ? "−" : ""}${unit}${number.format(Math.abs(value))}` : `${number.format(value)} ${unit || ""}`.trim());
    const axis = (title, extra) => ({ beginAtZero: data.type !== "line", border: { display: false }, grid: { color: line }, title: { display: !!title && !isSign(title), text: title, color: ink },
      ticks: { color: ink, maxTicksLimit: 6, callback: (v) => (isSign(title) ? said(v, title) : number.format(v)) }, ...extra });
    const scales = { x: { stacked: !!data.stacked, grid: { display: false }, ticks: { color: ink, maxRotation: 0, autoSkipPadding: 12 }, border: { color: line } },
      y: axis(data.unit, { stacked: !!data.stacked }) };
    if (data.right) scales.right = axis(data.right, { position: "right", grid: { display: false } });
    const datasets = data.series.map((s) => ({ label: s.label, data: s.values, type: s.type || data.type || "bar", yAxisID: s.right ? "right" : "y", order: s.type === "line" ? 0 : 1,
      backgroundColor: s.type === "line" || data.type === "line" ? s.color + "22" : s.color, borderColor: s.color, borderWidth: (s.type || data.type) === "line" ? 2 : 0,
      borderDash: s.dash ? [5, 4] : [], pointRadius: 0, pointHitRadius: 12, tension: 0, stepped: s.stepped ? "before" : false, maxBarThickness: 34, borderRadius: 2, spanGaps: true, stack: data.stacked ? "all" : undefined }));
    charts.push(new Chart(canvas, { type: data.type || "bar", data: { labels: data.labels, datasets },
      options: { responsive: true, maintainAspectRatio: false, animation: false, interaction: { mode: "index", intersect: false }, scales,
        plugins: { legend: { display: datasets.length > 1, position: "bottom", labels: { color: ink, boxWidth: 12, boxHeight: 12, usePointStyle: true, pointStyle: "rectRounded" } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}  ${said(item.parsed.y, item.dataset.yAxisID === "right" ? data.right : data.unit)}` } } } } }));
  }
  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    document.querySelectorAll("canvas[data-chart]").forEach(draw);
  }
  window.addEventListener("load", () => {
    // where tabs do not fit, the one that is open is seen
    document.querySelectorAll(".fc .tabs a[aria-current]").forEach((tab) => {
      const bar = tab.closest(".tabs"), over = tab.getBoundingClientRect().right - bar.getBoundingClientRect().right;
      if (over > 0) bar.scrollLeft += over + 40;
    });
    drawAll();
    new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  });
})();
// a masked value shown in clear: asks why, shows it in place for half a minute
(() => {
  "use strict";
  const dialog = () => document.getElementById("unmask-dialog");
  let target = null, button = null;
  document.addEventListener("click", (event) => {
    const eye = event.target.closest("[data-eye]");
    if (!eye) return;
    button = eye;
    target = eye.parentElement.querySelector("[data-masked]");
    const box = dialog();
    box.querySelector("[data-error]").hidden = true;
    box.showModal();
  });
  document.addEventListener("submit", async (event) => {
    const box = dialog();
    if (!box || !box.contains(event.target)) return;
    event.preventDefault();
    if (event.submitter?.value === "cancel") { box.close(); return; }
    const place = document.querySelector("[data-unmask]").dataset.unmask;
    const body = new FormData(event.target);
    body.set("what", target.dataset.masked);
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(place, { method: "POST", body, headers: { "X-CSRFToken": token } });
    const said = await answer.json();
    if (!answer.ok) {
      const error = box.querySelector("[data-error]");
      error.textContent = said.detail; error.hidden = false;
      return;
    }
    const shown = target, before = shown.textContent, eye = button;
    shown.textContent = said.value; eye.hidden = true; box.close(); event.target.reset();
    setTimeout(() => { shown.textContent = before; eye.hidden = false; }, 30000);
  });
})();
// boxes to choose among many: those that are found take the place of those that are not ticked
(() => {
  "use strict";
  const waiting = new WeakMap();
  async function find(field) {
    const place = field.closest("[data-finder]").querySelector("[data-found]"), text = field.value.trim();
    const answer = await fetch(`${field.dataset.find}&q=${encodeURIComponent(text)}`).catch(() => null);
    if (!answer?.ok || text !== field.value.trim()) return;
    const found = document.createElement("div");
    found.innerHTML = await answer.text();
    const kept = [...place.querySelectorAll("label:has(input:checked)")];
    const codes = new Set(kept.map((label) => label.querySelector("input").value));
    place.replaceChildren(...kept, ...[...found.children].filter((one) => !codes.has(one.querySelector("input")?.value)));
  }
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find]")) return;
    clearTimeout(waiting.get(event.target));
    waiting.set(event.target, setTimeout(find, 180, event.target));
  });
  // what is looked for is no answer yet: Enter looks, and sends nothing
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
    event.preventDefault();
    clearTimeout(waiting.get(event.target));
    find(event.target);
  });
})();
// forms that change something: sent in the background, so that what was typed stays and every message stands by its field
(() => {
  "use strict";
  const clear = (form) => {
    form.querySelectorAll(".fault").forEach((text) => text.remove());
    form.querySelectorAll("[aria-invalid]").forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
  };
  let faults = 0;
  function say(form, name, text) {
    const fault = document.createElement("p");
    fault.className = "fault"; fault.id = `fault-${++faults}`; fault.setAttribute("role", "alert"); fault.textContent = text;
    const field = name && form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    if (!field) { form.prepend(fault); return null; }
    field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", fault.id);
    (field.closest("label:not(.inline), fieldset") || field.parentElement).append(fault);
    return field;
  }
  async function send(form, submitter) {
    clear(form);
    const failed = document.querySelector(".fc[data-failed]").dataset.failed;
    const to = submitter?.hasAttribute("formaction") ? submitter.formAction : form.getAttribute("action") || location.href;
    form.setAttribute("aria-busy", "true"); if (submitter) submitter.disabled = true;
    const body = new FormData(form);
    if (submitter?.name) body.append(submitter.name, submitter.value);
    try {
      const answer = await fetch(to, { method: "POST", body, headers: { "X-Office-Form": "1" } });
      const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
      if (said?.to) {
        const next = new URL(said.to, location.href), here = new URL(location.href);
        const same = next.pathname + next.search === here.pathname + here.search;
        // the same page with a place in it would only be scrolled; anything else is loaded once, with what it has to say
        if (same && next.hash) { history.replaceState(null, "", next.href); location.reload(); } else location.href = next.href;
        return;
      }
      const fields = Object.entries(said?.problems || { "": `${failed} (${answer.status})` }).map(([name, text]) => say(form, name, text));
      (fields.find(Boolean) || form.querySelector(".fault")).scrollIntoView({ block: "nearest" });
      fields.find(Boolean)?.focus();
    } catch {
      say(form, "", failed);
    }
    form.removeAttribute("aria-busy"); if (submitter) submitter.disabled = false;
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || !form.closest(".fc") || form.closest("dialog") || form.dataset.plain !== undefined) return;
    if (event.submitter?.dataset.plain !== undefined) return;
    event.preventDefault();
    send(form, event.submitter);
  });
})();

// Games: wheels drawn from their segments, rows that come and go, sums while one types.
(() => {
  "use strict";
  const COLOURS = ["#0f766e", "#d97706", "#334155", "#0e7490", "#b45309", "#4d7c0f", "#7c3aed", "#be123c", "#1d4ed8", "#64748b"];
  const WHOLE = 1000000, SPACE = "http://www.w3.org/2000/svg";
  const colour = (place, count) => COLOURS[place === count - 1 && place % COLOURS.length === 0 && place ? 3 : place % COLOURS.length];
  const point = (share, radius) => { const angle = 2 * Math.PI * share - Math.PI / 2; return [50 + radius * Math.cos(angle), 50 + radius * Math.sin(angle)]; };
  function shape(name, attributes, text) {
    const made = document.createElementNS(SPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text) made.textContent = text;
    return made;
  }
  function draw(svg, segments) {
    svg.replaceChildren();
    const whole = segments.reduce((sum, one) => sum + one.parts, 0) || 1;
    let from = 0;
    segments.forEach((one, place) => {
      const share = one.parts / whole, to = from + share, fill = colour(place, segments.length);
      if (!one.parts) return;
      if (share > 0.9999) svg.append(shape("circle", { cx: 50, cy: 50, r: 46, fill }));
      else {
        const [ax, ay] = point(from, 46), [bx, by] = point(to, 46);
        svg.append(shape("path", { d: `M50 50 L${ax} ${ay} A46 46 0 ${share > 0.5 ? 1 : 0} 1 ${bx} ${by} Z`, fill, stroke: "#fff", "stroke-width": 0.4 }));
      }
      const title = shape("title", {}, `${one.label} ${one.parts / 10000}%`);
      svg.lastChild.append(title);
      if (share >= 0.04) {
        const middle = from + share / 2, [x, y] = point(middle, 30), turn = middle * 360 - 90, upright = middle > 0.5 ? turn + 180 : turn;
        const label = one.label.length > 9 ? one.label.slice(0, 8) + "…" : one.label;
        svg.append(shape("text", { x, y, "text-anchor": "middle", "dominant-baseline": "middle", transform: `rotate(${upright} ${x} ${y})` }, label));
      }
      from = to;
    });
    svg.append(shape("circle", { cx: 50, cy: 50, r: 46, class: "rim" }), shape("circle", { cx: 50, cy: 50, r: 5, fill: "#fff", stroke: "#0f172a22" }), shape("path", { d: "M47 1 L53 1 L50 8 Z", class: "pin" }));
  }
  document.querySelectorAll("svg[data-wheel]").forEach((svg) => draw(svg, JSON.parse(document.getElementById(svg.dataset.wheel).textContent).segments));

  const form = document.getElementById("game-form");
  if (!form) return;
  const rows = (kind) => [...form.querySelectorAll(`[data-row="${kind}"]`)];
  const field = (row, name) => row.querySelector(`[name$=".${name}"]`);
  const figure = (text) => { const value = Number(String(text ?? "").replace(/[,%]/g, "")); return Number.isFinite(value) ? value : 0; };
  const number = new Intl.NumberFormat(document.documentElement.lang || "en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  let next = Date.now() % 100000 + 1000;

  // segments and awards choose among the prizes as they are typed
  function nameprizes() {
    const prizes = rows("prizes").map((row) => ({ code: field(row, "code").value, name: field(row, "name").value }));
    form.querySelectorAll("select[data-prizes]").forEach((select) => {
      const chosen = select.value || select.dataset.chosen || "";
      const options = select.dataset.nothing ? [new Option(select.dataset.nothing, "")] : [];
      prizes.forEach((one) => options.push(new Option(one.name || one.code, one.code)));
      select.replaceChildren(...options);
      if (prizes.some((one) => one.code === chosen) || !chosen) select.value = chosen;
      select.dataset.chosen = select.value;
    });
  }
  function kinds() {
    rows("prizes").forEach((row) => {
      const kind = field(row, "kind").value;
      row.querySelectorAll("[data-only]").forEach((part) => { part.hidden = !part.dataset.only.split(" ").includes(kind); });
    });
    form.querySelectorAll("[data-when]").forEach((part) => { part.hidden = !form.elements[part.dataset.when].checked; });
  }
  function sums() {
    const costs = new Map(rows("prizes").map((row) => [field(row, "code").value, row]));
    const segments = rows("segments").map((row) => ({ row, label: field(row, "label").value, parts: Math.round(figure(field(row, "percent").value) * 10000), prize: field(row, "prize").value }));
    const say = (name, text, tone) => { const place = form.querySelector(`[data-sum="${name}"]`); if (place) { place.textContent = text; place.className = tone || ""; } };
    if (segments.length) {
      segments.forEach((one, place) => { const swatch = one.row.querySelector(".swatch"); if (swatch) swatch.style.background = colour(place, segments.length); });
      const whole = segments.reduce((sum, one) => sum + one.parts, 0), difference = WHOLE - whole;
      say("whole", difference ? `✕ ${whole / 10000}% (${difference > 0 ? "+" : "−"}${Math.abs(difference) / 10000})` : "✓ 100%", difference ? "down" : "up");
      const cost = segments.reduce((sum, one) => sum + (costs.has(one.prize) ? figure(field(costs.get(one.prize), "cost").value) * one.parts / WHOLE : 0), 0);
      say("each", number.format(cost));
      const won = segments.reduce((sum, one) => sum + (costs.has(one.prize) ? one.parts : 0), 0);
      say("won", `${won / 10000}%`);
      const svg = form.querySelector("svg[data-live]");
      if (svg) draw(svg, segments);
    }
    const cap = figure(form.dataset.cap);
    rows("prizes").forEach((row) => { const said = row.querySelector("[data-cap]"); if (said) said.classList.toggle("over", cap > 0 && Math.max(figure(field(row, "value").value), figure(field(row, "cost").value)) > cap); });
    let most = 0, endless = false, winners = 0;
    rows("prizes").forEach((row) => {
      const cost = figure(field(row, "cost").value), stock = field(row, "stock").value.trim(), drawn = field(row, "winners");
      if (drawn) { winners += figure(drawn.value); most += cost * figure(drawn.value); return; }
      if (!stock && cost) endless = true; else most += cost * figure(stock);
    });
    say("most", endless ? form.dataset.endless : number.format(most));
    say("winners", String(winners));
    say("questions", String(rows("questions").length));
  }
  function all() { nameprizes(); kinds(); sums(); places(); }
  // stations of a prize: all of them are listed once somebody asks, until then those that are ticked
  const stations = JSON.parse(document.getElementById("game-stations").textContent);
  form.addEventListener("toggle", (event) => {
    const fold = event.target.closest?.("[data-stations]");
    if (!fold?.open || fold.dataset.isFull) return;
    fold.dataset.isFull = "yes";
    const box = fold.querySelector(".ticks"), ticked = new Set([...box.querySelectorAll("input")].map((one) => one.value));
    for (const [code, name] of stations) {
      if (ticked.has(code)) continue;
      const label = document.createElement("label"), tick = document.createElement("input");
      label.className = "inline"; tick.type = "checkbox"; tick.name = fold.dataset.stations; tick.value = code;
      label.append(tick, ` ${name}`); box.append(label);
    }
  }, true);
  function places() { form.querySelectorAll("[data-stations]").forEach((fold) => { fold.querySelector("[data-count]").textContent = fold.querySelectorAll(":checked").length || ""; }); }

  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]"), gone = event.target.closest(".gone");
    if (add) {
      const kind = add.dataset.add, holder = document.createElement("div");
      holder.innerHTML = document.getElementById(`blank-${kind}`).innerHTML.replaceAll("__n__", String(next++));
      const row = holder.querySelector("[data-row]"), code = field(row, "code");
      if (code) { const known = new Set(rows("prizes").map((other) => field(other, "code").value)); let place = 1; while (known.has(`prize-${place}`)) place += 1; code.value = `prize-${place}`; }
      form.querySelector(`[data-rows="${kind}"]`).append(row);
      all();
      row.querySelector("input:not([type=hidden]), textarea").focus();
    } else if (gone) { gone.closest("[data-row]").remove(); all(); }
  });
  form.addEventListener("input", () => { kinds(); sums(); });
  form.addEventListener("change", all);
  all();
})();

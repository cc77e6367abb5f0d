"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;

  const theme = document.getElementById("theme");
  const name = () => { theme.textContent = root.dataset.theme === "dark" ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    name();
  });
  name();

  // Tables sort by a click on a column's head: numbers as numbers, else as text.
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, i) => head.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
      const key = (row) => {
        const text = row.cells[i].textContent.split(" (")[0], n = Number(text.replace(/[,%+]/g, ""));
        return Number.isNaN(n) || text === "" ? text : n;
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort(([a], [b]) => {
        const x = typeof a === "number", y = typeof b === "number";
        if (x !== y) return x ? -1 : 1;
        return down * (x ? a - b : String(a).localeCompare(String(b)));
      });
      body.append(...rows.map(([, row]) => row));
    }));
  }

  const heat = document.getElementById("heat");
  if (!heat) return;
  const { axes, metrics, runs } = data;
  const controls = document.getElementById("controls"), legend = document.getElementById("legend"), scale = document.getElementById("scale");

  // What is chosen: the axes across and up, the metric, and for every other axis
  // a value, or -1 for the best over it, or -2 for the mean.
  const wide = axes.map((a, i) => [a.values.length, i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, i]) => i);
  const state = { x: wide[0], y: axes.length > 1 ? wide[1] : -1, metric: 0, rest: axes.map(() => -1) };

  const text = (m, v) => {
    if (v === null || v === undefined) return "n/a";
    if (metrics[m].money) return v.toLocaleString("en-US", { maximumFractionDigits: Math.abs(v) < 1000 ? 2 : 0 });
    return Math.abs(v) >= 1000 ? v.toLocaleString("en-US", { maximumFractionDigits: 0 }) : String(Number(v.toPrecision(3)));
  };

  const chooser = (label, options, value, set) => {
    const box = document.createElement("label"), select = document.createElement("select");
    box.append(label, select);
    for (const [v, t] of options) {
      const o = document.createElement("option");
      o.value = v;
      o.textContent = t;
      select.append(o);
    }
    select.value = value;
    select.addEventListener("change", () => { set(Number(select.value)); draw(); });
    controls.append(box);
  };

  const choosers = () => {
    controls.replaceChildren();
    const names = axes.map((a, i) => [i, a.name]);
    chooser("Show", metrics.map((m, i) => [i, m.name.replace("_", " ")]), state.metric, (v) => { state.metric = v; });
    if (axes.length < 2) return;
    chooser("Across", names, state.x, (v) => { if (v === state.y) state.y = state.x; state.x = v; });
    chooser("Up", names, state.y, (v) => { if (v === state.x) state.x = state.y; state.y = v; });
    axes.forEach((a, i) => {
      if (i === state.x || i === state.y) return;
      chooser(a.name, [[-1, "the best"], [-2, "the mean"], ...a.values.map((v, k) => [k, v])], state.rest[i], (v) => { state.rest[i] = v; });
    });
  };

  // cells gathers the runs of each cell; runs come best first.
  const cells = () => {
    const grid = new Map();
    for (const r of runs) {
      if (axes.some((_, i) => i !== state.x && i !== state.y && state.rest[i] >= 0 && r.p[i] !== state.rest[i])) continue;
      const key = r.p[state.x] + "," + (state.y < 0 ? 0 : r.p[state.y]);
      if (!grid.has(key)) grid.set(key, []);
      grid.get(key).push(r);
    }
    const mean = axes.some((_, i) => i !== state.x && i !== state.y && state.rest[i] === -2);
    for (const [key, list] of grid) {
      const known = list.filter((r) => r.v[state.metric] !== null && r.v[state.metric] !== undefined);
      let value = known.length ? known[0].v[state.metric] : null;
      if (mean && known.length) value = known.reduce((s, r) => s + r.v[state.metric], 0) / known.length;
      grid.set(key, { value, run: list[0], count: list.length, mean });
    }
    return grid;
  };

  const color = (v, low, high, m) => {
    const zero = m.zero, reach = Math.max(Math.abs(high - zero), Math.abs(low - zero)) || 1;
    let t = (v - zero) / reach;
    if (m.less) t = high > low ? 1 - 2 * (v - low) / (high - low) : 0;
    else if (low >= zero && high > low) t = 0.1 + 0.9 * (v - low) / (high - low);
    else if (high <= zero && high > low) t = -0.1 - 0.9 * (high - v) / (high - low);
    return `color-mix(in oklab, var(--${t < 0 ? "bad" : "good"}) ${Math.round(75 * Math.min(Math.abs(t), 1))}%, var(--panel))`;
  };

  const explain = (c, params) => {
    const where = params.map(([n, v]) => `${n}=${v}`).join("  ");
    if (!c) { legend.textContent = `${where}: not tried`; return; }
    if (c.run.e) { legend.textContent = `${where}: ${c.run.e}`; return; }
    const figures = metrics.map((m, i) => `${m.name.replace("_", " ")} ${text(i, c.run.v[i])}`).join("  \u00b7  ");
    legend.textContent = `${c.run.p.map((k, i) => `${axes[i].name}=${axes[i].values[k]}`).join("  ")}  \u00b7  ${figures}` +
      (c.count > 1 ? `  \u00b7  the best of ${c.count} runs here` + (c.mean ? `, whose mean is ${text(state.metric, c.value)}` : "") : "");
  };

  function draw() {
    choosers();
    const grid = cells(), m = metrics[state.metric];
    const values = [...grid.values()].map((c) => c.value).filter((v) => v !== null);
    const low = Math.min(...values), high = Math.max(...values);
    const xs = axes[state.x], ys = state.y < 0 ? { name: "", values: [""] } : axes[state.y];
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    const th = (row, t) => { const c = document.createElement("th"); c.textContent = t; row.append(c); return c; };
    th(head, ys.name ? `${ys.name} \\ ${xs.name}` : xs.name).title = "up \\ across";
    xs.values.forEach((v) => th(head, v));
    heat.classList.toggle("dense", xs.values.length > 24 || ys.values.length > 60);
    const best = runs[0];
    for (let j = ys.values.length - 1; j >= 0; j--) {
      const row = body.insertRow();
      th(row, ys.values[j]);
      xs.values.forEach((x, i) => {
        const td = row.insertCell(), c = grid.get(i + "," + j);
        const params = state.y < 0 ? [[xs.name, x]] : [[xs.name, x], [ys.name, ys.values[j]]];
        td.tabIndex = 0;
        if (!c || c.value === null) td.className = "none";
        else {
          td.style.background = color(c.value, low, high, m);
          td.textContent = text(state.metric, c.value);
        }
        if (c && c.run === best) td.classList.add("best");
        for (const e of ["mouseenter", "focus", "click"]) td.addEventListener(e, () => explain(c, params));
      });
    }
    heat.replaceChildren(table);
    scale.replaceChildren();
    if (values.length) {
      const bar = document.createElement("i");
      const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => color(low + t * (high - low), low, high, m));
      bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
      scale.append(text(state.metric, low), bar, text(state.metric, high));
    }
    // A map larger than its box opens at the best run, and says that there is more.
    const frame = heat.querySelector("td.best");
    if (frame) {
      heat.scrollLeft = frame.offsetLeft - (heat.clientWidth - frame.offsetWidth) / 2;
      heat.scrollTop = frame.offsetTop - (heat.clientHeight - frame.offsetHeight) / 2;
    }
    if (heat.scrollWidth > heat.clientWidth || heat.scrollHeight > heat.clientHeight) {
      const hint = document.createElement("span");
      hint.textContent = "The map is larger than its box: scroll it.";
      scale.append(hint);
    }
    if (best) explain({ run: best, count: 1 }, []);
  }
  draw();
})();

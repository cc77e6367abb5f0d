"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const color = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  let zone = "UTC";

  // Times. Formatters are made once for each zone: making one is slow.
  const made = new Map();
  const format = (ms, options) => {
    const key = zone + JSON.stringify(options);
    if (!made.has(key)) made.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone, hourCycle: "h23" }));
    return made.get(key).format(ms);
  };
  const part = (ms, kind) => {
    const key = zone + " parts";
    if (!made.has(key)) {
      made.set(key, new Intl.DateTimeFormat("en-GB", {
        year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone, hourCycle: "h23",
      }));
    }
    return made.get(key).formatToParts(ms).find((p) => p.type === kind).value;
  };
  const stamp = (ms) => `${part(ms, "year")}-${part(ms, "month")}-${part(ms, "day")} ${part(ms, "hour")}:${part(ms, "minute")}:${part(ms, "second")}`;
  const tick = (time, type) => {
    const ms = time * 1000;
    if (type === 0) return format(ms, { year: "numeric" });
    if (type === 1) return format(ms, { month: "short", year: "numeric" });
    if (type === 2) return format(ms, { day: "numeric", month: "short" });
    return format(ms, type === 4 ? { hour: "2-digit", minute: "2-digit", second: "2-digit" } : { hour: "2-digit", minute: "2-digit" });
  };

  const money = (x) => (Math.abs(x) < 0.005 ? 0 : x).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const round = (x) => (Math.abs(x) < 0.005 ? 0 : x).toLocaleString("en-US", { maximumFractionDigits: Math.abs(x) < 10 ? 2 : 0 });

  // More marks or lines than this in view would hide the price: zoom in to see them.
  const crowd = 400;

  // Lines from entry to exit, drawn on the price pane below its marks.
  class TripLines {
    constructor() { this.trips = []; }
    attached(p) { this.chart = p.chart; this.series = p.series; this.update = p.requestUpdate; }
    detached() { this.chart = null; }
    set(trips) { this.trips = trips; if (this.update) this.update(); }
    paneViews() { return [{ zOrder: () => "normal", renderer: () => ({ draw: (target) => this.draw(target) }) }]; }
    draw(target) {
      if (!this.chart) return;
      const scale = this.chart.timeScale(), range = scale.getVisibleRange();
      if (!range) return;
      const tones = { "-1": color("bad"), 0: color("soft"), 1: color("good") };
      target.useMediaCoordinateSpace(({ context: c }) => {
        c.lineWidth = 1.5;
        c.setLineDash([4, 3]);
        c.globalAlpha = 0.8;
        const seen = this.trips.filter(([t1, , t2]) => t2 >= range.from && t1 <= range.to);
        if (seen.length > crowd) return;
        for (const [t1, p1, t2, p2, gain] of seen) {
          const x1 = scale.timeToCoordinate(t1), x2 = scale.timeToCoordinate(t2);
          const y1 = this.series.priceToCoordinate(p1), y2 = this.series.priceToCoordinate(p2);
          if (x1 === null || x2 === null || y1 === null || y2 === null) continue;
          c.strokeStyle = tones[gain];
          c.beginPath();
          c.moveTo(x1, y1);
          c.lineTo(x2, y2);
          c.stroke();
        }
      });
    }
  }

  const box = document.getElementById("chart");
  let paintChart = () => {};
  if (box && data.equity.length > 1) drawChart(box);
  else if (box) document.getElementById("chart-section").hidden = true;

  function drawChart(box) {
    const L = LightweightCharts;
    const chart = L.createChart(box, {
      autoSize: true,
      layout: { attributionLogo: true, fontFamily: getComputedStyle(document.body).fontFamily, panes: { enableResize: true } },
      localization: { timeFormatter: (t) => stamp(t * 1000) },
      timeScale: { timeVisible: true, secondsVisible: data.width < 60, minBarSpacing: 0.02, enableConflation: true, tickMarkFormatter: tick, rightOffset: 1 },
      rightPriceScale: { minimumWidth: 64, entireTextOnly: true },
      crosshair: { mode: L.CrosshairMode.Normal },
      handleScroll: { vertTouchDrag: false },
    });
    const compact = { type: "custom", minMove: 0.01, formatter: round };
    const candles = chart.addSeries(L.CandlestickSeries, { priceLineVisible: false, lastValueVisible: false }, 0);
    const equity = chart.addSeries(L.BaselineSeries, {
      baseValue: { type: "price", price: data.start }, lineWidth: 2, priceLineVisible: false, priceFormat: compact, lineType: L.LineType.WithSteps,
    }, 1);
    const drawdown = chart.addSeries(L.AreaSeries, {
      lineWidth: 1, priceLineVisible: false, lastValueVisible: false, priceFormat: compact, lineType: L.LineType.WithSteps, invertFilledArea: true,
    }, 2);
    chart.panes()[0].setStretchFactor(6);
    chart.panes()[1].setStretchFactor(3);
    chart.panes()[2].setStretchFactor(2);
    equity.setData(data.equity.map(([time, value]) => ({ time, value })));
    drawdown.setData(data.equity.map(([time, , value]) => ({ time, value })));
    const names = chart.panes().map((pane) => L.createTextWatermark(pane, { horzAlign: "left", vertAlign: "top", lines: [] }));
    const marks = L.createSeriesMarkers(candles, []);
    const lines = new TripLines();
    candles.attachPrimitive(lines);

    let current = data.charts[0], painted = "";
    const hint = document.getElementById("hint");
    const times = new Map(), traded = new Map();
    const show = (i) => {
      current = data.charts[i];
      if (!current) return;
      traded.clear();
      for (const m of current.marks) {
        const text = `${m.s > 0 ? "bought" : "sold"} ${m.q} at ${Number(m.p.toFixed(current.places + 2))}`;
        traded.set(m.t, traded.has(m.t) ? traded.get(m.t) + ", " + text : text);
      }
      candles.applyOptions({ priceFormat: { type: "price", precision: current.places, minMove: current.tick } });
      const price = (n) => Number((n * current.tick).toFixed(9));
      candles.setData(current.candles.map(([time, o, h, l, c]) => ({ time, open: price(o), high: price(h), low: price(l), close: price(c) })));
      lines.set(current.trips);
      paintMarks();
    };
    const paintMarks = () => {
      const range = chart.timeScale().getVisibleRange();
      if (!current || !range) return;
      const seen = current.marks.filter((m) => m.t >= range.from && m.t <= range.to).length;
      const size = seen > crowd ? 0 : seen > 60 ? 1 : 2;
      hint.textContent = size ? "" : "Too many fills to mark: zoom in to see them.";
      const state = [current.name, size, root.dataset.theme].join();
      if (state === painted) return;
      painted = state;
      const tones = { "-1": color("bad"), 0: color("soft"), 1: color("good") };
      marks.setMarkers(!size ? [] : current.marks.map((m) => ({
        time: m.t, price: m.p, size,
        position: m.s > 0 ? "atPriceBottom" : "atPriceTop",
        shape: m.s > 0 ? "arrowUp" : "arrowDown",
        color: m.x ? tones[m.g] : color("entry"),
      })));
    };
    chart.timeScale().subscribeVisibleTimeRangeChange(paintMarks);

    // The line above the chart: what is under the crosshair.
    const legend = document.getElementById("legend");
    data.equity.forEach((p, i) => times.set(p[0], i));
    const explain = (at, bar) => {
      const p = data.equity[at];
      if (!p) return;
      const places = current ? current.places : 2;
      const price = bar ? `${current.name}  O ${bar.open.toFixed(places)}  H ${bar.high.toFixed(places)}  L ${bar.low.toFixed(places)}  C ${bar.close.toFixed(places)}  \u00b7  ` : "";
      const fills = bar && traded.has(p[0]) ? `  \u00b7  ${traded.get(p[0])}` : "";
      legend.textContent = `${stamp(p[0] * 1000)}  \u00b7  ${price}Equity ${money(p[1])}  \u00b7  Drawdown ${money(p[2])}${fills}`;
    };
    const rest = () => explain(data.equity.length - 1, null);
    chart.subscribeCrosshairMove((e) => {
      if (e.time === undefined || !times.has(e.time)) return rest();
      explain(times.get(e.time), e.seriesData.get(candles));
    });

    paintChart = () => {
      chart.applyOptions({
        layout: { background: { color: color("panel") }, textColor: color("soft"), panes: { separatorColor: color("line") } },
        grid: { vertLines: { color: color("grid") }, horzLines: { color: color("grid") } },
        rightPriceScale: { borderColor: color("line") }, timeScale: { borderColor: color("line") },
      });
      const up = color("good"), down = color("bad"), calm = color("soft");
      candles.applyOptions({
        upColor: color("panel"), downColor: calm, borderUpColor: calm, borderDownColor: calm, wickUpColor: calm, wickDownColor: calm,
      });
      equity.applyOptions({
        topLineColor: up, topFillColor1: up + "44", topFillColor2: up + "0a", bottomLineColor: down, bottomFillColor1: down + "0a", bottomFillColor2: down + "44",
      });
      drawdown.applyOptions({ lineColor: down, topColor: down + "0a", bottomColor: down + "44" });
      for (const [i, text] of [[1, "Equity"], [2, "Drawdown"]]) {
        names[i].applyOptions({ lines: [{ text, color: calm, fontSize: 11 }] });
      }
      paintMarks();
      rest();
    };
    show(0);
    paintChart();
    const select = document.getElementById("instrument");
    if (select) select.addEventListener("change", () => show(Number(select.value)));
    const fit = () => chart.timeScale().fitContent();
    document.getElementById("fit").addEventListener("click", fit);
    fit();
  }

  // Theme and time zone.
  const theme = document.getElementById("theme");
  const name = () => { theme.textContent = root.dataset.theme === "dark" ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    name();
    paintChart();
  });
  name();

  const button = document.getElementById("zone");
  if (button) {
    const label = () => { button.textContent = zone === "UTC" ? "UTC" : zone.split("/").pop().replace(/_/g, " "); };
    button.addEventListener("click", () => {
      const before = zone;
      zone = zone === "UTC" ? data.zone : "UTC";
      try { stamp(0); } catch { zone = before; return; }
      label();
      document.getElementById("zone-name").textContent = zone;
      for (const t of document.querySelectorAll("time[data-ms]")) t.textContent = stamp(Number(t.dataset.ms));
      paintChart();
    });
    label();
  }

  // Tables sort by a click on a column's head: numbers as numbers, else as text.
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, i) => head.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
      const key = (row) => {
        const cell = row.cells[i];
        const text = cell.dataset.key ?? cell.textContent;
        const n = Number(text.replace(/[,%+]/g, ""));
        return Number.isNaN(n) || text === "" ? text : n;
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort(([a], [b]) => down * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))));
      body.append(...rows.map(([, row]) => row));
    }));
  }
})();

(() => {
  "use strict";
  const ASK_EVERY_MS = 1000, AWAY_AT_MOST_MS = 30000, HEARD_EVERY_MS = 15000;
  const root = document.documentElement, main = document.querySelector("main"), state = document.getElementById("state");
  const paper = matchMedia("print");
  let figures = read(document), version = main.dataset.version, wait = ASK_EVERY_MS, timer = 0, asking = false, ended = false, heardAt = 0;

  function read(page) { return JSON.parse(page.getElementById("figures").textContent); }
  function unitAt(id) { return `${main.dataset.unitLink}${encodeURIComponent(id)}`; }

  function draw() {
    if (!window.Plotly) return;
    const ink = getComputedStyle(root).getPropertyValue("--ink").trim();
    for (const place of document.querySelectorAll("[data-figure]")) {
      const figure = figures[place.dataset.figure];
      place.hidden = !figure;
      if (!figure) continue;
      const width = paper.matches ? (place.closest(".cards") ? 300 : 690) : place.clientWidth;
      const layout = { ...figure.layout, width, font: { ...figure.layout.font, color: ink } };
      const tiles = figure.layout.meta?.tiles;
      const area = paper.matches ? 3900 : width < 600 ? 4700 : 7200; // of a tile; on paper all of them stand on one page
      if (tiles) layout.height = Math.min(paper.matches ? 940 : 2600, Math.max(200, Math.ceil(tiles * area / width) + 60));
      Plotly.react(place, figure.data, layout, { displayModeBar: false });
      if (!place.dataset.bound) {
        place.dataset.bound = "yes";
        const open = (event) => {
          const [id] = [event.points[0].customdata].flat();
          if (id) location.href = unitAt(id);
          return false;
        };
        if (tiles) place.on("plotly_treemapclick", open);
        else if (figure.data[0].customdata) place.on("plotly_click", open);
      }
    }
  }

  /* Sections came or went: all of them anew, opened as they were. */
  function rebuild(next) {
    const opened = new Set([...document.querySelectorAll("details[open]")].map((each) => each.id));
    const held = main.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    for (const place of document.querySelectorAll(".js-plotly-plot")) Plotly.purge(place);
    main.innerHTML = next.innerHTML;
    for (const each of document.querySelectorAll("details.numbers")) each.open = opened.has(each.id);
    if (held) main.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
  }

  function take(fresh) {
    const next = fresh.querySelector("main");
    if (next.dataset.shape !== main.dataset.shape) rebuild(next);
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || other.innerHTML === part.innerHTML) continue;
      const held = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.innerHTML = other.innerHTML;
      if (held) part.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
    }
    Object.assign(main.dataset, next.dataset);
    document.title = fresh.title;
    version = next.dataset.version;
    figures = read(fresh);
    draw();
    const said = next.dataset.said.replace("{time}", new Date().toLocaleTimeString(root.lang));
    state.textContent = said;
    if (Date.now() - heardAt > HEARD_EVERY_MS) { heardAt = Date.now(); document.getElementById("heard").textContent = said; }
  }

  async function ask() {
    if (asking || ended || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(20000) });
      if (answer.status === 401 || answer.status === 403) { ended = true; away(main.dataset.ended); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      if (state.classList.contains("away")) { state.classList.remove("away"); state.textContent = main.dataset.follows; }
      wait = ASK_EVERY_MS;
      if (answer.headers.get("etag")?.replace(/^W\//, "") !== `"${version}"`)
        take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      wait = Math.min(wait * 2, AWAY_AT_MOST_MS);
      away(main.dataset.away);
    } finally { asking = false; }
  }
  function away(said) { state.classList.add("away"); state.textContent = said; }
  async function round() { clearTimeout(timer); await ask(); if (!ended && !document.hidden) timer = setTimeout(round, wait); }

  root.classList.add("js");
  for (const each of document.querySelectorAll("details.numbers")) each.open = false;
  const all = (open) => { for (const each of document.querySelectorAll("details.numbers")) each.open = open; };
  paper.addEventListener("change", (event) => { all(event.matches); draw(); });
  addEventListener("beforeprint", () => all(true));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let resized = 0;
  addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(draw, 150); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) round(); });
  document.addEventListener("DOMContentLoaded", () => {
    draw();
    if (!location.protocol.startsWith("http")) return;
    state.textContent = main.dataset.follows;
    timer = setTimeout(round, ASK_EVERY_MS);
  });
})();

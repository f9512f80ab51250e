// Light or dark, before the first paint. A classic script (a module would run too late and flash), kept in a block: no globals.
{
  const KEY = "foliotrace-theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  /** @returns {string | null} what the reader chose here, if anything */
  const chosen = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const show = () => { document.documentElement.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light"); };
  show();
  dark.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-toggle]")) return;
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem(KEY, next); } catch { /* private window: the choice lasts for this page */ }
    document.documentElement.dataset.bsTheme = next;
  });
}

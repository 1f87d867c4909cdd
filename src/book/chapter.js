// Puts formulas, pictures and links of a chapter in place, in rustdoc's page; src/book/mod.rs says why.
{
  const script = document.currentScript;
  const chapter = script.parentElement;
  const formulas = JSON.parse(document.getElementById("formulas").textContent);

  // A font that has tall brackets, where there is one.
  const style = document.createElement("style");
  style.textContent = `math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "DejaVu Math TeX Gyre", math }`;
  document.head.append(style);

  // Rustdoc curls the primes.
  const key = (tex) => tex.replace(/[‘’]/g, "'").trim().split(/\s+/).join(" ");

  const texts = document.createTreeWalker(chapter, NodeFilter.SHOW_TEXT, (text) =>
    text.parentElement.closest("code, pre, script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const found = [];
  while (texts.nextNode()) if (texts.currentNode.data.includes("$")) found.push(texts.currentNode);
  for (const text of found) {
    const words = document.createElement("template");
    for (const piece of text.data.split(/(\$\$[^$]+\$\$|\$[^$]+\$)/)) {
      const formula = piece.startsWith("$") ? formulas[key(piece.replaceAll("$", ""))] : undefined;
      if (formula === undefined) words.content.append(piece);
      else words.content.append(document.createRange().createContextualFragment(formula));
    }
    text.replaceWith(words.content);
  }

  for (const picture of chapter.querySelectorAll("img[src^='images/']")) {
    const drawing = chapter.querySelector(`script[data-picture="${picture.getAttribute("src")}"]`);
    if (drawing) picture.src = `data:image/svg+xml,${encodeURIComponent(drawing.textContent.trim())}`;
    picture.style.background = "#fff";
  }

  // Chapters and the library's sources are here; the rest of the repository is in docs.rs's view of the package.
  const source = `https://docs.rs/crate/backprop/${script.dataset.version}/source/docs/`;
  for (const link of chapter.querySelectorAll("a[href]")) {
    const [file, anchor] = link.getAttribute("href").split(/(?=#)/);
    if (!file || file.startsWith("#") || file.includes("://")) continue;
    const [, page] = /^(?:\d\d-([\w-]+)|(check-your-own-model))\.md$/.exec(file)?.filter((part) => part !== undefined) ?? [];
    const [, module] = /^\.\.\/src\/(?!cli|show|lesson|image_file|main)([\w/]+\.rs)$/.exec(file) ?? [];
    const here = page ? `../${page.replaceAll("-", "_")}/index.html` : module ? `../../../src/backprop/${module}.html` : undefined;
    link.href = file === "README.md" ? "../index.html" : here ? here + (anchor ?? "") : new URL(file, source).href;
  }
}

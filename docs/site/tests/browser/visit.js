// Opens each page of the task in a frame, one after the other, and reports what is there.
const task = JSON.parse(document.getElementById("task").textContent);
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const until = async (condition) => {
  for (let i = 0; i < 600; i++) {
    const result = condition();
    if (result) return result;
    await wait(50);
  }
  return undefined;
};

/** @param {string} url @param {number} width */
async function open(url, width) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `border: 0; width: ${width}px; height: 800px`;
  frame.src = url;
  document.body.replaceChildren(frame);
  await new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  return frame.contentDocument;
}

async function visit(url, width) {
  const page = await open(url, width);
  const pictures = [...page.querySelectorAll("main img")];
  await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
  // Links, anchors included, as they are written and as they lead on.
  const links = [...page.querySelectorAll("main a[href]")].map((link) => link.href);
  return {
    title: page.querySelector("main h1:last-of-type")?.textContent ?? "",
    formulas: [...page.querySelectorAll("main math")].filter((formula) => formula.getBoundingClientRect().height > 5).length,
    dollars: [...page.querySelectorAll("main p, main li, main td")].some((words) => /\$[^ ]*\\[a-z]/.test(words.textContent)),
    broken: pictures.filter((picture) => picture.naturalWidth === 0).map((picture) => picture.getAttribute("src")),
    tooWide: ["html", ".content"].some((name) => {
      const box = page.querySelector(name);
      // The slant of a letter may reach over the edge.
      return box !== null && box.scrollWidth > box.clientWidth + 8;
    }),
    links,
  };
}

/** The first live page of a chapter that opens at a step, once it has been scrolled to. */
async function live(url) {
  const page = await open(url, 1500);
  const frame = page.querySelector(".live iframe[src*='#step=']");
  frame.scrollIntoView();
  await until(() => frame.contentDocument?.documentElement.dataset.ready);
  await wait(500);
  return frame.contentDocument.getElementById("formula").textContent;
}

async function search(word) {
  const page = await open(`/index.html?search=${word}`, 1500);
  await until(() => page.querySelector("#mdbook-searchresults a"));
  return [...page.querySelectorAll("#mdbook-searchresults a")].map((link) => link.getAttribute("href"));
}

(async () => {
  const report = { pages: {} };
  try {
    for (const url of task.pages) {
      for (const width of [390, 1500]) report.pages[`${url} ${width}`] = await visit(url, width);
    }
    if (task.live) report.live = await live(task.live);
    if (task.search) report.found = await search(task.search);
  } catch (error) {
    report.problem = `${error}\n${error.stack}`;
  }
  const out = document.createElement("script");
  out.type = "application/json";
  out.id = "report";
  out.textContent = JSON.stringify(report).replaceAll("<", "\\u003c");
  document.body.append(out);
})();

"""The script that tells where each text and image of a page stands, so that a copy of its picture can be masked later.

`{whole, texts: [[text, [[left, top, width, height] …]] …], images: [[left, top, width, height] …]}` in CSS pixels of the
document. `whole` is false when the page has more than is kept: then nobody may rely on the places being all.
"""

MAX_NODES, MAX_LETTERS = 6000, 300_000
PLACES = """(() => {
  const texts = [], images = [], dx = window.scrollX, dy = window.scrollY;
  let whole = true, size = 0;
  const round = r => [Math.floor(r.left + dx), Math.floor(r.top + dy), Math.ceil(r.width) + 1, Math.ceil(r.height) + 1];
  const note = (text, list) => {
    const seen = [...list].filter(r => r.width >= 1 && r.height >= 1);
    if (texts.length >= NODES || seen.length > 400 || (size += text.length) > LETTERS) { whole = false; return; }
    texts.push([text, seen.map(round)]);
  };
  const root = document.body || document.documentElement, range = document.createRange();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node; whole && (node = walker.nextNode());) {
    if (!node.data.trim() || /^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT|TITLE)$/.test(node.parentNode.nodeName)) continue;
    range.selectNodeContents(node);
    note(node.data, range.getClientRects());
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=password]), textarea"))
    if (field.value) note(field.value, field.getClientRects());
  for (const part of root.querySelectorAll("*")) {
    const drawn = /^(IMG|CANVAS|VIDEO|OBJECT|EMBED|IFRAME)$/i.test(part.nodeName) || part.nodeName === "image" ||
      (part.nodeName === "INPUT" && part.type === "image") || /url\\(/.test(getComputedStyle(part).backgroundImage);
    const r = drawn ? part.getBoundingClientRect() : null;
    if (r && r.width >= 24 && r.height >= 24) images.push(round(r));
    if (images.length > 2000) { whole = false; break; }
  }
  return {whole, texts, images};
})()""".replace("NODES", str(MAX_NODES)).replace("LETTERS", str(MAX_LETTERS))

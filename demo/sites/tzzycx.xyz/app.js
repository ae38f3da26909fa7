(function (w, d) {
  "use strict";
  var T = {
    name: "\u5e94\u6025\u7ba1\u7406\u90e8", sys: "\u7279\u79cd\u4f5c\u4e1a\u64cd\u4f5c\u8bc1\u67e5\u8be2\u7cfb\u7edf", host: "\u4e3b\u529e\u5355\u4f4d\uff1a\u5e94\u6025\u7ba1\u7406\u90e8\u3000\u56fd\u5bb6\u5b89\u5168\u751f\u4ea7\u8003\u8bd5\u4e2d\u5fc3",
    f: ["\u59d3\u540d", "\u8eab\u4efd\u8bc1\u53f7\u7801", "\u8bc1\u4e66\u7f16\u53f7"], b: "\u67e5\u8be2\u8bc1\u4e66",
    tip: ["\u672c\u7cfb\u7edf\u4e0e\u5168\u56fd\u6570\u636e\u5e93\u6bcf\u65e5\u540c\u6b65\uff0c\u626b\u7801\u4e0e\u8f93\u5165\u7f16\u53f7\u7ed3\u679c\u4e00\u81f4", "\u67e5\u8be2\u4e0d\u5230\u7684\u8bf7\u5728\u4e09\u4e2a\u5de5\u4f5c\u65e5\u540e\u518d\u8bd5", "\u8bc1\u4e66\u771f\u4f2a\u4ee5\u672c\u7cfb\u7edf\u663e\u793a\u4e3a\u51c6"]
  };
  function el(tag, css, text) { var e = d.createElement(tag); if (css) e.style.cssText = css; if (text) e.appendChild(d.createTextNode(text)); return e; }
  function draw() {
    var root = d.getElementById("app"), head = el("div", "background:#0a5ab4;color:#fff;padding:24px;text-align:center");
    head.appendChild(el("div", "font-size:18px;opacity:.9", T.name)); head.appendChild(el("h1", "font-size:26px;margin-top:6px", T.sys)); root.appendChild(head);
    var box = el("div", "max-width:520px;margin:26px auto;background:#fff;padding:28px;border-radius:8px;box-shadow:0 2px 10px rgba(0,0,0,.08)");
    T.f.forEach(function (label) { var p = el("p", "margin-bottom:14px"); p.appendChild(el("label", "display:block;color:#556;margin-bottom:4px", label)); var i = el("input", "width:100%;height:40px;border:1px solid #c9d4e0;padding:0 10px"); i.setAttribute("aria-label", label); p.appendChild(i); box.appendChild(p); });
    var btn = el("button", "width:100%;height:44px;border:0;background:#d7000f;color:#fff;font-size:17px", T.b);
    btn.onclick = function () { w.setTimeout(function () { w.alert("\u672a\u67e5\u8be2\u5230\u76f8\u5173\u4fe1\u606f"); }, 600); };
    box.appendChild(btn); root.appendChild(box);
    var ul = el("ul", "max-width:520px;margin:0 auto;color:#778;font-size:13px;line-height:2");
    T.tip.forEach(function (t) { ul.appendChild(el("li", "", t)); }); root.appendChild(ul);
    root.appendChild(el("div", "text-align:center;color:#99a;margin-top:30px;padding:16px;border-top:1px solid #dde", T.host));
    d.title = T.sys;
  }
  d.readyState === "loading" ? d.addEventListener("DOMContentLoaded", draw) : draw();
})(window, document);

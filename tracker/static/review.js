"use strict";
// The review of an import: one side scrolls the other, doubts are walked through by keyboard, small edits stay on the
// page. Everything here is also a page or a form of its own; without this script they are used as they are.

(function () {
  // Upload: say what is going on --------------------------------------------------------------------------------------

  const upload = document.getElementById("upload");
  if (upload) {
    upload.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      const now = document.getElementById("reading-now");
      const stage = now.querySelector("[data-stage]");
      now.hidden = false;
      const stages = ["正在上传…", "正在读取文字…", "正在识别任务和单位…", "正在与单位库比对…", "内容较多，仍在识别…"];
      let at = 0;
      setInterval(() => {
        at = Math.min(at + 1, stages.length - 1);
        stage.textContent = stages[at];
      }, 1500);
    });
  }

  const review = document.getElementById("review");
  if (!review) return;
  const source = document.getElementById("source-text");
  const list = document.getElementById("list");
  const help = document.getElementById("keys-help");
  const keysOn = document.getElementById("keys-on");
  const addBar = document.getElementById("add-bar");

  help.hidden = false;
  keysOn.checked = localStorage.getItem("review-keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("review-keys", keysOn.checked ? "on" : "off"));

  // One side scrolls the other ----------------------------------------------------------------------------------------

  function piecesOf(selector) {
    return Array.from(source.querySelectorAll(selector));
  }

  function scrollSourceTo(piece) {
    if (!piece) return;
    const box = source.getBoundingClientRect();
    const top = piece.getBoundingClientRect().top - box.top;
    if (top < 20 || top > box.height - 80) source.scrollTop += top - box.height / 4;
  }

  function mark(id) {
    for (const piece of piecesOf(".is-here")) piece.classList.remove("is-here");
    for (const card of list.querySelectorAll(".item.is-here")) card.classList.remove("is-here");
    if (!id) return;
    for (const piece of piecesOf(`[data-item="${id}"]`)) piece.classList.add("is-here");
    const card = document.getElementById("item-" + id);
    if (card) card.classList.add("is-here");
  }

  function point(place) {
    for (const piece of piecesOf(".is-pointed")) piece.classList.remove("is-pointed");
    if (place === undefined) return null;
    const pieces = piecesOf("[data-s]").filter((piece) => Number(piece.dataset.s) <= Number(place));
    const piece = pieces[pieces.length - 1];
    if (piece) piece.classList.add("is-pointed");
    return piece;
  }

  function showSource(id) {
    mark(id);
    scrollSourceTo(source.querySelector(`[data-item="${id}"]`));
  }

  function showItem(id, doubt) {
    const card = document.getElementById("item-" + id);
    const target = (doubt && document.getElementById("finding-" + doubt)) || card;
    if (!target) return;
    for (let fold = target.parentElement; fold; fold = fold.parentElement) if (fold.tagName === "DETAILS") fold.open = true;
    target.scrollIntoView({ block: target === card ? "start" : "center" });
    target.focus({ preventScroll: true });
    mark(id);
  }

  source.addEventListener("click", (event) => {
    const piece = event.target.closest("[data-pin], [data-item], [data-finding]");
    if (!piece || String(window.getSelection()).length > 0) return;
    const id = piece.dataset.pin || piece.dataset.item;
    if (piece.dataset.pin) event.preventDefault();
    if (!id && !piece.dataset.finding) return;
    showItem(id, piece.dataset.finding);
  });

  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to-source]");
    if (link) event.preventDefault();
    const doubt = event.target.closest(".doubt[data-place]");
    const card = event.target.closest(".item");
    if (event.target.closest("form, summary, input, a:not([data-to-source])")) return;
    if (doubt) {
      mark(card && card.dataset.item);
      scrollSourceTo(point(doubt.dataset.place));
    } else if (card) showSource(card.dataset.item);
    // Where the panes stand one above the other, the document may be out of sight.
    if (link && source.getBoundingClientRect().bottom < 0) source.scrollIntoView({ block: "start" });
  });

  // Walking through what is open ---------------------------------------------------------------------------------------

  function stops() {
    return Array.from(list.querySelectorAll("[data-stop]"));
  }

  function current() {
    const focused = document.activeElement;
    return focused && focused.closest ? focused.closest("[data-stop]") : null;
  }

  function go(stop) {
    stop.scrollIntoView({ block: "center" });
    stop.focus({ preventScroll: true });
    const card = stop.closest(".item");
    mark(card && card.dataset.item);
    if (stop.dataset.place !== undefined) scrollSourceTo(point(stop.dataset.place));
    else if (card) scrollSourceTo(source.querySelector(`[data-item="${card.dataset.item}"]`));
  }

  function walk(step) {
    const all = stops();
    if (!all.length) return;
    const here = current();
    if (here) {
      go(all[(all.indexOf(here) + step + all.length) % all.length]);
      return;
    }
    const focused = document.activeElement;
    const later = all.filter((stop) => focused && list.contains(focused) && focused.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (step > 0) go(later[0] || all[0]);
    else go(all[Math.max(0, all.length - later.length) - 1] || all[all.length - 1]);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-walk]");
    if (button) walk(Number(button.dataset.walk));
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]");
    if (event.key === "Escape" && event.target.closest(".edit-item")) {
      const cancel = event.target.closest(".edit-item").querySelector("[data-cancel]");
      if (cancel) cancel.click();
      return;
    }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keysOn.checked) return;
    const key = event.key.toLowerCase();
    if (key === "n" || key === "j") walk(1);
    else if (key === "p" || key === "k") walk(-1);
    else if (key === "enter" && document.activeElement.matches("[data-stop]")) {
      const primary = document.activeElement.querySelector("[data-primary]");
      if (primary) primary.click();
    } else if (key === "e") {
      const card = document.activeElement.closest(".item");
      const edit = card && card.querySelector("[data-edit]");
      if (!edit) return;
      edit.click();
    } else return;
    event.preventDefault();
  });

  // Small edits that stay on the page ------------------------------------------------------------------------------------

  async function ask(url, options) {
    const answer = await fetch(url, { ...options, headers: { "X-Inline": "1" }, redirect: "manual" });
    return { status: answer.status, html: answer.type === "opaqueredirect" ? "" : await answer.text() };
  }

  // Only our own server's templates come here, where everything printed in the document has been escaped.
  function fill(place, html) {
    place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  }

  function dressList() {
    for (const part of list.querySelectorAll("[data-needs-script]")) part.hidden = false;
    const open = new Set(Array.from(list.querySelectorAll("[data-stop]"), (stop) => stop.id));
    for (const piece of piecesOf(".f[data-finding]")) piece.classList.toggle("f-settled", !open.has("finding-" + piece.dataset.finding));
    for (const piece of piecesOf(".m[data-item]")) {
      const card = document.getElementById("item-" + piece.dataset.item);
      piece.classList.toggle("m-out", Boolean(card && card.classList.contains("item-out")));
    }
  }

  // Edits that are open and not yet saved outlive the renewal of the list around them.
  function openEdits(saved) {
    return Array.from(list.querySelectorAll(".edit-place"))
      .filter((place) => !place.contains(saved))
      .map((place) => [place.closest(".item").id, place]);
  }

  function replaceList(html, position, anchor, saved) {
    const unsaved = openEdits(saved);
    const ticked = new Set(Array.from(list.querySelectorAll("input[name=items]:checked"), (box) => box.value.split(":")[0]));
    const before = anchor && document.getElementById(anchor) ? document.getElementById(anchor).getBoundingClientRect().top : null;
    fill(list, html);
    for (const box of list.querySelectorAll("input[name=items]")) box.checked = ticked.has(box.value.split(":")[0]);
    for (const [id, place] of unsaved) {
      const card = document.getElementById(id);
      if (card) card.append(place);
    }
    dressList();
    const after = anchor ? document.getElementById(anchor) : null;
    if (before !== null && after) window.scrollBy(0, after.getBoundingClientRect().top - before);
    if (position !== null) {
      const all = stops();
      if (all.length) go(all[Math.min(position, all.length - 1)]);
      else list.querySelector("#counters").scrollIntoView({ block: "nearest" });
    }
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function failed(status) {
    if (status === 409 || status === 404) alertIn("这一处刚刚被他人改过，页面已过期。请刷新页面后再试，其他内容不受影响。");
    else if (status === 0 || status === 400) alertIn("登录已过期。请刷新页面重新登录，再打开这一条，填写的内容会恢复。");
    else alertIn("操作没有生效，请稍后重试。");
  }

  // What was typed into an edit that could not be sent waits in this tab until the same edit is opened again.
  function keptKey(action) {
    return "edit:" + document.body.dataset.person + ":" + new URL(action, location.href).pathname;
  }

  function keep(form) {
    if (!form.matches("[data-inline]")) return;
    const typed = Array.from(new FormData(form)).filter(([name]) => name !== "csrf_token" && name !== "version");
    sessionStorage.setItem(keptKey(form.action), JSON.stringify(typed));
  }

  function restore(form) {
    const kept = JSON.parse(sessionStorage.getItem(keptKey(form.action)) || "null");
    if (!kept) return;
    const typed = new Map(kept);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden") continue;
      if (field.type === "radio") field.checked = typed.get(field.name) === field.value;
      else if (field.type === "checkbox") field.checked = typed.has(field.name);
      else if (typed.has(field.name)) field.value = typed.get(field.name);
    }
    const notice = document.createElement("p");
    notice.className = "flash flash-info";
    notice.setAttribute("role", "status");
    notice.textContent = "已恢复您上次填写、尚未保存的内容。";
    form.prepend(notice);
  }

  function alertIn(words) {
    let place = document.getElementById("review-alert");
    if (!place) {
      place = document.createElement("p");
      place.id = "review-alert";
      place.className = "flash flash-danger";
      place.setAttribute("role", "alert");
      list.before(place);
    }
    place.textContent = words;
    place.scrollIntoView({ block: "nearest" });
  }

  // Capturing: before forms.js marks the form as sent and blocks a second attempt.
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (!form.matches("[data-quiet], form[data-inline]") || !list.contains(form)) return;
      event.preventDefault();
      event.stopPropagation();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      const stop = form.closest("[data-stop]");
      const position = stop ? stops().indexOf(stop) : null;
      const card = form.closest(".item");
      try {
        const { status, html } = await ask(form.action, { method: "POST", body: new FormData(form) });
        if (status === 200) {
          const old = document.getElementById("review-alert");
          if (old) old.remove();
          sessionStorage.removeItem(keptKey(form.action));
          replaceList(html, position, card && card.id, form);
          if (card && position === null) {
            const again = document.getElementById(card.id);
            if (again) again.focus({ preventScroll: true });
          }
        } else if (form.matches("[data-inline]") && (status === 409 || status === 422)) {
          const place = form.parentElement;
          fill(place, html);
          focusFirst(place);
        } else {
          keep(form);
          failed(status);
        }
      } catch {
        keep(form);
        alertIn("网络不通，操作没有生效。填写的内容还在，请稍后重试。");
      } finally {
        delete form.dataset.busy;
      }
    },
    true,
  );

  function focusFirst(place) {
    const field = place.querySelector("[aria-invalid], input[name=title]");
    if (field) field.focus();
    place.scrollIntoView({ block: "nearest" });
  }

  list.addEventListener("click", async (event) => {
    const edit = event.target.closest("[data-edit]");
    if (edit && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const card = edit.closest(".item");
      const open = card.querySelector(".edit-place");
      if (open) {
        focusFirst(open);
        return;
      }
      try {
        const { status, html } = await ask(edit.href, {});
        if (status !== 200) {
          location.assign(edit.href);
          return;
        }
        const place = document.createElement("div");
        place.className = "edit-place";
        card.append(place);
        fill(place, html);
        restore(place.querySelector("form"));
        showSource(card.dataset.item);
        focusFirst(place);
      } catch {
        alertIn("网络不通，请稍后重试。");
      }
    }
    const cancel = event.target.closest("[data-cancel]");
    if (cancel) {
      event.preventDefault();
      const card = cancel.closest(".item");
      sessionStorage.removeItem(keptKey(cancel.closest("form").action));
      cancel.closest(".edit-place").remove();
      card.focus();
    }
  });

  list.addEventListener("input", (event) => {
    const radio = event.target.dataset.picks && document.getElementById(event.target.dataset.picks);
    if (radio && event.target.value) radio.checked = true;
  });

  // Bulk changes: only the field the chosen change takes ------------------------------------------------------------------

  const act = document.getElementById("bulk-act");
  function showExtra() {
    for (const extra of document.querySelectorAll(".bulk-extra")) extra.hidden = extra.dataset.for !== act.value;
  }
  act.addEventListener("change", showExtra);
  showExtra();

  // Adding an item by selecting its words ---------------------------------------------------------------------------------

  function offsetOf(node, at) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const piece = element.closest("[data-s]");
    if (node.nodeType === Node.TEXT_NODE && piece) {
      // The server counts code points, the browser UTF-16 units.
      return Number(piece.dataset.s) + Array.from(node.data.slice(0, at)).length;
    }
    const pieces = piecesOf("[data-s]");
    const edge = document.createRange();
    edge.setStart(node, at);
    // The browser may put the edge between elements: then it is where the next piece begins, or where the last one ends.
    const next = pieces.find((other) => edge.comparePoint(other, 0) > 0);
    if (next) return Number(next.dataset.s);
    const last = pieces[pieces.length - 1];
    return last ? Number(last.dataset.s) + Array.from(last.textContent).length : null;
  }

  function offerAdding() {
    const selection = window.getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    addBar.hidden = true;
    if (!range || range.collapsed || !source.contains(range.commonAncestorContainer)) return;
    const start = offsetOf(range.startContainer, range.startOffset);
    const end = offsetOf(range.endContainer, range.endOffset);
    if (start === null || end === null || end - start < 2) return;
    addBar.elements.start.value = start;
    addBar.elements.end.value = end;
    const rectangles = range.getClientRects();
    const last = rectangles[rectangles.length - 1];
    addBar.hidden = false;
    addBar.style.top = `${window.scrollY + last.bottom + 6}px`;
    addBar.style.left = `${Math.max(8, Math.min(window.scrollX + last.right - 60, window.innerWidth - 130))}px`;
  }
  document.addEventListener("selectionchange", () => {
    clearTimeout(offerAdding.waiting);
    offerAdding.waiting = setTimeout(offerAdding, 150);
  });

  // -------------------------------------------------------------------------------------------------------------------------

  dressList();
  const aimed = /^#(?:item-(\d+)|finding-(\d+))$/.exec(location.hash);
  if (aimed) {
    const target = document.getElementById(location.hash.slice(1));
    const card = target && target.closest(".item");
    if (card) showSource(card.dataset.item);
    if (target) target.focus({ preventScroll: true });
  }
})();

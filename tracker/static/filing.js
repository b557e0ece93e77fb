"use strict";
// The filing page: every row is kept as it is typed. What cannot be sent yet stays in this browser, with a clear word
// about it, until it has been. The page works without this script by its buttons.

(function () {
  const form = document.getElementById("filing-form");
  const person = document.body.dataset.person;
  if (!form || !person || !window.fetch) return;
  const NAMES = ["progress", "percent", "problems", "next_step", "coordination"];
  const PREFIX = "filing:" + person + ":";
  const PAUSE = 1200;
  const RETRY = 15000;
  const waiting = new Set();

  // What was typed, kept in this browser -----------------------------------------------------------------------------

  function remembered(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key) || "null");
    } catch {
      return null;
    }
  }

  function remember(row) {
    try {
      localStorage.setItem(PREFIX + row.key, JSON.stringify({ version: row.version.value, values: values(row), at: Date.now() }));
    } catch {
      // A full or forbidden storage: the server is asked all the same.
    }
  }

  function forget(key) {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // Nothing was kept.
    }
  }

  document.addEventListener("submit", (event) => {
    if (!("forget" in event.target.dataset)) return;
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  });

  // Rows ---------------------------------------------------------------------------------------------------------------

  function rowOf(item) {
    const key = item.dataset.row;
    const version = form.elements.namedItem(key + "-version");
    if (!version) return null;
    const fields = Object.fromEntries(NAMES.map((name) => [name, form.elements.namedItem(key + "-" + name)]));
    const last = item.dataset.last ? JSON.parse(item.dataset.last) : null;
    return { item, key, version, fields, last, timer: 0, isSending: false, isAgain: false, isHeld: false, said: item.querySelector("[data-saved]") };
  }

  function values(row) {
    return Object.fromEntries(NAMES.map((name) => [name, row.fields[name].value]));
  }

  function isBlank(row) {
    return NAMES.every((name) => !row.fields[name].value.trim());
  }

  function isSame(row) {
    return row.last !== null && NAMES.every((name) => row.fields[name].value.trim() === row.last[name].trim());
  }

  function fill(row, given) {
    for (const name of NAMES) row.fields[name].value = given[name] || "";
    if (given.problems || given.coordination) row.item.querySelector(".filing-more").open = true;
    mark(row);
  }

  function mark(row) {
    const place = row.item.querySelector("[data-mark]");
    const state = isBlank(row) ? ["未填", "filing-mark filing-mark-none"] : isSame(row) ? ["同上期", "filing-mark filing-mark-same"] : [row.last ? "有变化" : "已填", "filing-mark"];
    [place.textContent, place.className] = state;
    count();
  }

  function count() {
    const place = form.querySelector("[data-count]");
    if (!place) return;
    const blank = rows.filter((row) => !row.fields.progress.value.trim()).length;
    place.textContent = `本页已填 ${rows.length - blank} 项，未填 ${blank} 项`;
    const button = form.querySelector("[data-hand-over]");
    if (blank) button.dataset.confirm = `还有 ${blank} 项未填，确定先报已填的吗？`;
    else delete button.dataset.confirm;
  }

  function say(row, words, tone) {
    row.said.textContent = words;
    row.said.className = "filing-saved note" + (tone ? " filing-saved-" + tone : "");
  }

  // Sending ------------------------------------------------------------------------------------------------------------

  function later(row) {
    clearTimeout(row.timer);
    row.timer = setTimeout(() => send(row), PAUSE);
  }

  async function send(row, files) {
    clearTimeout(row.timer);
    if (row.isHeld || (row.isSending && !files)) {
      row.isAgain = !row.isHeld;
      return;
    }
    row.isSending = true;
    const sent = values(row);
    const body = new FormData();
    body.append("csrf_token", form.elements.namedItem("csrf_token").value);
    body.append(row.key + "-version", row.version.value);
    for (const name of NAMES) body.append(`${row.key}-${name}`, sent[name]);
    for (const file of files || []) body.append(row.key + "-files", file);
    say(row, "正在保存…");
    try {
      const answer = await fetch(form.dataset.filing + row.key, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
      await settle(row, answer, sent);
    } catch {
      waiting.add(row);
      say(row, "网络不通，内容已存在本机，恢复后自动保存", "wrong");
    }
    row.isSending = false;
    if (row.isAgain) {
      row.isAgain = false;
      send(row);
    }
  }

  async function settle(row, answer, sent) {
    const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (isOurs && answer.ok) return kept(row, await answer.json(), sent);
    if (isOurs) return refused(row, answer.status, (await answer.json()).errors || {});
    if (answer.status >= 500) {
      waiting.add(row);
      return say(row, "系统暂时不能保存，内容已存在本机，稍后自动重试", "wrong");
    }
    expired();
    return say(row, "登录已过期，内容已存在本机", "wrong");
  }

  function kept(row, told, sent) {
    row.version.value = told.version;
    waiting.delete(row);
    if (NAMES.every((name) => row.fields[name].value === sent[name])) forget(row.key);
    else remember(row);
    const now = new Date();
    say(row, `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")} 已保存`);
    const list = row.item.querySelector("[data-files]");
    list.replaceChildren(
      ...told.files.map((file) => {
        const link = document.createElement("a");
        link.href = file.href;
        link.textContent = file.name;
        const entry = document.createElement("li");
        entry.append(link);
        return entry;
      }),
    );
    return null;
  }

  function refused(row, status, errors) {
    const words = Object.values(errors).join("；");
    if (status !== 409) return say(row, words, "wrong");
    // Somebody else was first: what was typed stays here, and going on is a decision.
    row.isHeld = true;
    say(row, words + "　刷新后可对照两份内容。", "wrong");
    return null;
  }

  function expired() {
    if (document.getElementById("filing-expired")) return;
    const notice = document.createElement("p");
    notice.id = "filing-expired";
    notice.className = "flash flash-danger filing-expired";
    notice.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = `${form.dataset.signIn}?expired=1&next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "重新登录";
    notice.append("登录已过期。您填写的内容已存在本机，", link, "后回到本页会自动恢复并保存。");
    form.prepend(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  function retry() {
    for (const row of [...waiting]) send(row);
  }

  // Taking up what this browser still holds ---------------------------------------------------------------------------

  function takeUp(row) {
    const held = remembered(row.key);
    if (!held) return;
    if (NAMES.every((name) => (held.values[name] || "") === row.fields[name].value)) return forget(row.key);
    if (held.version === row.version.value) {
      fill(row, held.values);
      return send(row);
    }
    return offer(row, held);
  }

  function offer(row, held) {
    const box = document.createElement("div");
    box.className = "filing-other";
    const words = document.createElement("p");
    words.className = "note";
    words.textContent = `本机有一份 ${new Date(held.at).toLocaleString("zh-CN")} 填写、没有存上的内容；现在显示的是已保存的内容。`;
    const text = document.createElement("p");
    text.className = "said-words";
    text.textContent = held.values.progress;
    const use = button("用本机这份", () => {
      fill(row, held.values);
      box.remove();
      send(row);
    });
    const drop = button("不要", () => {
      forget(row.key);
      box.remove();
    });
    box.append(words, text, use, drop);
    row.fields.progress.closest(".field").before(box);
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-outline-secondary btn-sm";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  // -----------------------------------------------------------------------------------------------------------------------

  function listen(row, place) {
    for (const name of NAMES) {
      row.fields[name].addEventListener("input", () => {
        remember(row);
        mark(row);
        later(row);
      });
      row.fields[name].addEventListener("change", () => send(row));
    }
    row.item.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const isLine = event.target instanceof HTMLInputElement && event.target.type === "text";
      if (!event.ctrlKey && !event.metaKey && !isLine) return;
      event.preventDefault();
      const next = rows[place + 1];
      const target = next ? next.fields.progress : form.querySelector("[data-hand-over]");
      target.focus();
      target.scrollIntoView({ block: "center" });
    });
    const same = row.item.querySelector("[data-same]");
    if (same) {
      same.hidden = false;
      same.addEventListener("click", () => {
        fill(row, row.last);
        remember(row);
        send(row);
      });
    }
    for (const input of row.item.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", async () => {
        const files = [...input.files];
        input.value = "";
        await send(row, files);
      });
    }
    drop(row);
  }

  function drop(row) {
    row.item.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      row.item.classList.add("filing-over");
    });
    row.item.addEventListener("dragleave", () => row.item.classList.remove("filing-over"));
    row.item.addEventListener("drop", (event) => {
      row.item.classList.remove("filing-over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      row.item.querySelector(".filing-more").open = true;
      send(row, [...event.dataTransfer.files]);
    });
  }

  const rows = [...form.querySelectorAll("[data-row]")].map(rowOf).filter(Boolean);
  rows.forEach(listen);
  const isRefused = form.querySelector("[data-refusal]") !== null;
  if (!isRefused) rows.forEach(takeUp);
  if (rows.length) count();
  for (const hint of document.querySelectorAll("[data-keys], [data-drop-hint]")) hint.hidden = false;
  form.addEventListener("submit", () => rows.forEach((row) => clearTimeout(row.timer)));
  window.addEventListener("online", retry);
  setInterval(retry, RETRY);
})();

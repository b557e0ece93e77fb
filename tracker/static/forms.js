"use strict";
// What every form gets: typed words are kept in this tab until sent, questions before acts that cannot be undone,
// one effect of a double click, boxes ticked together. Pages work without this script.

(function () {
  const person = document.body.dataset.person;
  const PREFIX = "typed:";
  const SKIPPED = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

  function stored(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key) || "null");
    } catch {
      return null;
    }
  }

  function store(key, value) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // A full or forbidden storage only means that nothing is kept.
    }
  }

  function keys() {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  }

  // Set while signing out: from then on nothing is kept.
  let leaving = false;

  // Keeping what was typed -----------------------------------------------------------------------------------------

  function isKept(form) {
    if (form.method !== "post" || form.dataset.keep === "off" || !person) return false;
    return "keep" in form.dataset || form.querySelector("textarea") !== null;
  }

  function fields(form) {
    return Array.from(form.elements).filter((field) => field.name && !SKIPPED.has(field.type) && field.type !== "fieldset");
  }

  function values(form) {
    return fields(form).map((field) =>
      field.type === "checkbox" || field.type === "radio" ? [field.name, field.value, field.checked] : [field.name, field.value],
    );
  }

  function keyOf(form) {
    const action = new URL(form.getAttribute("action") || "", location.href);
    // A form that is also shown under other addresses, after a refusal for one, names the page it belongs to.
    const place = form.dataset.keep || location.pathname + location.search;
    return [PREFIX + person, place, action.pathname, form.id].join("|");
  }

  function fill(form, kept) {
    const present = fields(form);
    if (present.length !== kept.length || present.some((field, i) => field.name !== kept[i][0])) return false;
    present.forEach((field, i) => {
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept[i][2];
      else field.value = kept[i][1];
    });
    form.dispatchEvent(new CustomEvent("typed-restored", { bubbles: true }));
    return true;
  }

  function offerBack(form, key, original) {
    const notice = document.createElement("div");
    notice.className = "flash flash-info kept-notice";
    notice.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = "已恢复您上次填写、尚未提交的内容。";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-outline-secondary btn-sm";
    drop.textContent = "不要这些内容";
    drop.addEventListener("click", () => {
      fill(form, original);
      sessionStorage.removeItem(key);
      notice.remove();
    });
    notice.append(words, drop);
    form.prepend(notice);
  }

  function keepTyped(form) {
    const key = keyOf(form);
    const original = values(form);
    const kept = stored(key);
    const isRefused = form.querySelector("[aria-invalid], .flash-danger") !== null;
    if (isRefused) sessionStorage.removeItem(key);
    else if (kept && JSON.stringify(kept.values) !== JSON.stringify(original) && fill(form, kept.values)) {
      offerBack(form, key, original);
    }
    let waiting = 0;
    const save = () => store(key, { values: values(form), sent: false });
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        waiting = 0;
        save();
      }, 300);
    });
    window.addEventListener("pagehide", () => {
      if (waiting && !leaving) save();
    });
    form.addEventListener("submit", () => {
      clearTimeout(waiting);
      waiting = 0;
      store(key, { values: values(form), sent: true, version: versionOf(form) });
    });
  }

  function versionOf(form) {
    const field = form && form.elements.namedItem("version");
    return field ? field.value : "";
  }

  // A page that came after sending: a refusal or the sign-in page means the words have not arrived. So does the same
  // version of what was to be changed, when the server was gone; until its form is seen again nobody can say.
  function settleSent() {
    const forms = Array.from(document.forms).filter(isKept);
    const hasFailed = document.querySelector("[data-refusal], [data-expired]") !== null;
    for (const key of keys()) {
      const kept = stored(key);
      if (!kept || !kept.sent) continue;
      const form = forms.find((candidate) => keyOf(candidate) === key);
      const isUnseen = kept.version && !form;
      if (hasFailed || (form && kept.version && kept.version === versionOf(form))) store(key, { values: kept.values, sent: false });
      else if (!isUnseen) sessionStorage.removeItem(key);
    }
  }

  // Questions -------------------------------------------------------------------------------------------------------

  function ask(question, onYes) {
    const dialog = document.createElement("dialog");
    if (typeof dialog.showModal !== "function") {
      if (window.confirm(question)) onYes();
      return;
    }
    dialog.className = "confirm-dialog";
    const words = document.createElement("p");
    words.textContent = question;
    words.id = "confirm-question";
    dialog.setAttribute("aria-labelledby", words.id);
    const acts = document.createElement("div");
    acts.className = "acts";
    const no = document.createElement("button");
    const yes = document.createElement("button");
    no.type = yes.type = "button";
    no.className = "btn btn-outline-secondary";
    no.textContent = "取消";
    yes.className = "btn btn-primary";
    yes.textContent = "确定";
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      onYes();
    });
    dialog.addEventListener("close", () => dialog.remove());
    acts.append(no, yes);
    dialog.append(words, acts);
    document.body.append(dialog);
    dialog.showModal();
  }

  // The last listener to hear of a submission: whether it is to be asked about first, and whether it was sent already.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sending === "1") {
      event.preventDefault();
      return;
    }
    if (form.method !== "post" || "download" in form.dataset) return;
    form.dataset.sending = "1";
    // Disabled only after the browser has read which button was pressed.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit], input[type=submit]")) {
        button.setAttribute("aria-busy", "true");
        button.disabled = true;
      }
    }, 0);
  });

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const button = event.submitter;
      const question = (button && button.dataset.confirm) || form.dataset.confirm;
      if (!question || form.dataset.confirmed === "1") return;
      event.preventDefault();
      event.stopPropagation();
      ask(question, () => {
        form.dataset.confirmed = "1";
        form.requestSubmit(button || undefined);
        delete form.dataset.confirmed;
      });
    },
    true,
  );

  // Back from the browser's memory: the page is as it was left, its buttons must work again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) delete form.dataset.sending;
    for (const button of document.querySelectorAll("button[aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  });

  // Boxes ticked together ---------------------------------------------------------------------------------------------

  function boxes(name) {
    return Array.from(document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)).filter((box) => !box.disabled);
  }

  function countTicked() {
    for (const all of document.querySelectorAll("[data-check-all]")) {
      const own = boxes(all.dataset.checkAll);
      const ticked = own.filter((box) => box.checked).length;
      all.checked = own.length > 0 && ticked === own.length;
      all.indeterminate = ticked > 0 && ticked < own.length;
    }
    for (const place of document.querySelectorAll("[data-checked-count]")) {
      place.textContent = boxes(place.dataset.checkedCount).filter((box) => box.checked).length;
    }
    for (const button of document.querySelectorAll("[data-needs-checked]")) {
      button.disabled = !boxes(button.dataset.needsChecked).some((box) => box.checked);
    }
  }

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-check-all]");
    if (all) for (const box of boxes(all.dataset.checkAll)) box.checked = all.checked;
    countTicked();
  });

  // Menus ---------------------------------------------------------------------------------------------------------------

  const toggle = document.querySelector(".menu-toggle");
  if (toggle) {
    const current = document.querySelector(".menu a[aria-current]");
    if (current) toggle.textContent = "菜单：" + current.textContent;
    toggle.addEventListener("click", () => {
      toggle.setAttribute("aria-expanded", toggle.getAttribute("aria-expanded") === "true" ? "false" : "true");
    });
  }

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.user-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("details.user-menu[open]");
    if (event.key === "Escape" && open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // -----------------------------------------------------------------------------------------------------------------------

  settleSent();
  for (const form of document.forms) {
    if (isKept(form)) keepTyped(form);
    if ("forget" in form.dataset) {
      form.addEventListener("submit", () => {
        leaving = true;
        keys().forEach((key) => sessionStorage.removeItem(key));
      });
    }
  }
  countTicked();
})();

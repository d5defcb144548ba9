// What neither HTML nor htmx can say by itself: when to ask for suggestions, and what to tell the
// reader meanwhile. Every page works without this file.
"use strict";
(() => {
  const LEAST = 5; // characters; the server counts again
  const PAUSE = 1000; // milliseconds without typing before a screen reader hears the count
  // An address is looked up when it is finished, and a name at a provider that many companies share
  // as a whole: each beginning of them would be a question of its own, and an order has not many.
  const FINISHED = 1000;

  const find = (id) => document.getElementById(id);
  const on = (names, listener) => names.forEach((name) => document.addEventListener(name, listener));
  let pause;
  let finished;

  function say(sentence, failed = false) {
    find("status").textContent = sentence;
    find("status").classList.toggle("failed", failed);
  }

  function sayCountLater() {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const list = find("matches");
      if (list && list.getAttribute("aria-busy") !== "true") say(list.dataset.status || "");
    }, PAUSE);
  }

  function missing() {
    return LEAST - [...find("company_name").value.trim().normalize()].length;
  }

  function suggest(unfinished = false) {
    const list = find("matches");
    const live = find("live");
    say("");
    sayCountLater();
    clearTimeout(finished);
    if (missing() > 0) {
      htmx.trigger(live, "htmx:abort"); // a late answer must not show a list under four characters
      list.removeAttribute("aria-busy");
      list.dataset.status = "";
      const hint = document.createElement("p");
      hint.className = "count";
      hint.textContent = JSON.parse(live.dataset.hints)[missing() - 1];
      list.replaceChildren(hint);
    } else {
      list.setAttribute("aria-busy", "true");
      const ask = () => htmx.trigger(live, "suggest");
      if (unfinished || "slow" in list.dataset) finished = setTimeout(ask, FINISHED);
      else ask();
    }
  }

  // The box and the address say the same thing twice: whichever is touched leads.
  function agree(touched) {
    const address = find("admin_email");
    const box = find("i_am_admin");
    if (touched === box) address.value = box.checked ? box.dataset.own : "";
    else box.checked = address.value.trim().toLowerCase() === box.dataset.own;
  }

  function begin() {
    const name = find("company_name");
    if (!name || !find("live")) return;
    agree(find("admin_email"));
    // What was typed may be there again, but the list is the one the server knew.
    if (name.value !== name.defaultValue) suggest();
  }

  on(["input"], (event) => {
    if (!find("live") || !["company_name", "admin_email", "i_am_admin"].includes(event.target.id)) return;
    if (event.target.id !== "company_name") agree(event.target);
    suggest(event.target.id === "admin_email");
  });

  on(["change"], (event) => {
    if (find("live") && event.target.id === "admin_email") suggest();
  });

  // The server says times in the seller's zone; the reader's own is known here alone.
  function sayTimesHere() {
    const said = { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
    const written = new Intl.DateTimeFormat(document.documentElement.lang, said);
    document.querySelectorAll("time[datetime]:not([title])").forEach((time) => {
      time.title = time.textContent;
      const parts = written.formatToParts(new Date(time.dateTime)).map((part) => [part.type, part.value]);
      const is = Object.fromEntries(parts);
      // In the server's words: 22 November 2026, 19:10 GMT+1
      time.textContent = `${is.day} ${is.month} ${is.year}, ${is.hour}:${is.minute} ${is.timeZoneName}`;
    });
  }

  // htmx names its events differently in 2.x and 4.x; both are listened for.
  on(["htmx:afterSwap", "htmx:after:swap"], (event) => {
    const target = event.detail.target || event.detail.ctx?.target;
    if (find("status").classList.contains("failed")) say("");
    sayTimesHere();
    // Once, where something has changed: the focus stays where it is.
    if (target?.id === "answer") return say(find("answer")?.dataset.status || "");
    if (target?.id === "step") begin();
    else sayCountLater();
  });

  on(["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:response:error", "htmx:error"], ({ detail }) => {
    if (detail.errorInfo) return; // 2.x repeats each error under this name, and aborted requests too
    if (detail.ctx?.response?.status === 422) return; // 4.x: a refused form, which is shown
    if ((detail.elt || detail.ctx?.sourceElement)?.id === "answer") return; // looks again by itself
    find("matches")?.removeAttribute("aria-busy");
    clearTimeout(pause);
    say(find("status").dataset.failed, true);
  });

  addEventListener("pageshow", (event) => {
    // A page that the browser kept whole may be of somebody who has signed out since.
    if (event.persisted) location.reload();
    // Only now has the browser put back what was typed before Back or a reload.
    else begin();
    sayTimesHere();
  });
})();

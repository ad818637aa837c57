"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard && !document.execCommand) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const selection = getSelection();
    selection.selectAllChildren(source);
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(source.textContent);
      else document.execCommand("copy");
      document.getElementById("status").textContent = button.textContent.replace("Copy", "Copied");
      button.classList.add("done");
    } catch {
      document.getElementById("status").textContent = "Selected: press Ctrl-C to copy";
    }
  });
}

// A figure wider than the screen scrolls; the keyboard reaches it only then.
const papers = document.querySelectorAll(".paper");
function focusable() {
  for (const paper of papers) {
    if (paper.scrollWidth > paper.clientWidth) paper.tabIndex = 0;
    else paper.removeAttribute("tabindex");
  }
}
focusable();
addEventListener("resize", focusable);

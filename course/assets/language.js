/* Someone who changes the language stays in the section that they read. Headings are called otherwise
   in each language and stand in the same order, so that a heading's number goes along. */
{
  const HEADER = 100
  const headings = () => [...document.querySelectorAll(".md-content :is(h1, h2, h3)[id]")]

  document.addEventListener("click", event => {
    const link = event.target.closest("a[hreflang]")
    if (!link) return
    const passed = headings().filter(each => each.getBoundingClientRect().top < HEADER)
    link.hash = passed.length > 1 ? `section-${passed.length - 1}` : ""
  }, true)

  const asked = /^#section-(\d+)$/.exec(location.hash)
  const heading = asked && headings()[asked[1]]
  if (heading) {
    history.replaceState(null, "", `#${heading.id}`)
    heading.scrollIntoView()
  }
}

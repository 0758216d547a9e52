/* A page from disk may have no worker, and the search needs one. Here it gets a hidden frame, with
   what it uses of a worker: messages, and scripts that are loaded one after the other. */
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(address) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      this.ready = new Promise(resolve => { frame.onload = resolve }).then(() => {
        this.inside = frame.contentWindow
        this.inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
        this.inside.importScripts = async (...addresses) => {
          for (const each of addresses) await this.run(each)
        }
        return this.run(address)
      })
      document.body.append(frame)
    }

    run(src) {
      return new Promise((onload, onerror) => {
        const script = this.inside.document.createElement("script")
        this.inside.document.body.append(Object.assign(script, { src, onload, onerror }))
      })
    }

    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}

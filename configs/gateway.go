package configs

import "time"

// Live is how the gateway behaves, in paper trading too.
type Live struct {
	EntryWait    time.Duration // entry_wait: how long an entry may wait for a call of the budget; 0 to 1m; 0 = it is denied at once; default 0
	WorkerSilent time.Duration // worker_silent: a worker that says nothing for so long is lost; 200ms to 10m; default 5s
	OnWorkerLost string        // on_worker_lost: "stop-entries" (default), "cancel" or "flatten"
	Takeover     string        // takeover: when another program takes the session, "stop" (default) or "retake" it after takeover_after
	RetakeAfter  time.Duration // takeover_after: 1m to 24h; default 5m
	BusURL       string        // bus_url: a NATS server; empty = inside this process
	BusListen    string        // bus_listen: HOST:PORT at which the bus inside this process can be reached; empty = not at all
	JournalMB    int64         // journal_mb: megabytes of journal kept; 16 to 1000000; default 4096
}

// defaultLive is what holds without the section.
func defaultLive() Live {
	return Live{
		WorkerSilent: 5 * time.Second, OnWorkerLost: "stop-entries", Takeover: "stop", RetakeAfter: 5 * time.Minute, JournalMB: 4096,
	}
}

func (d *decoder) live(n *node) {
	l := &d.config.Live
	d.object(n,
		entry{"entry_wait", false, func(n *node) { l.EntryWait, _ = d.duration(n, 0, time.Minute) }},
		entry{"worker_silent", false, func(n *node) { l.WorkerSilent, _ = d.duration(n, 200*time.Millisecond, 10*time.Minute) }},
		entry{"on_worker_lost", false, func(n *node) { l.OnWorkerLost = d.choice(n, "stop-entries", "stop-entries", "cancel", "flatten") }},
		entry{"takeover", false, func(n *node) { l.Takeover = d.choice(n, "stop", "stop", "retake") }},
		entry{"takeover_after", false, func(n *node) { l.RetakeAfter, _ = d.duration(n, time.Minute, 24*time.Hour) }},
		entry{"bus_url", false, func(n *node) { l.BusURL, _ = d.text(n) }},
		entry{"bus_listen", false, func(n *node) { l.BusListen = d.hostPort(n) }},
		entry{"journal_mb", false, func(n *node) { l.JournalMB, _ = d.integer(n, 16, 1_000_000, "megabytes") }},
	)
	if l.BusURL != "" && l.BusListen != "" {
		d.fail(n, "bus_url and bus_listen are both given: the bus is another program or inside this one, remove one")
	}
}

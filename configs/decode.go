package configs

import (
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tollgate/engine"
)

// decoder fills a Config from the nodes of a file. Sections are decoded in an
// order of their own: instruments before whatever names one.
type decoder struct {
	*reporter
	config    *Config
	sessions  map[string]*engine.Calendar
	described map[string]bool // roots seen under instruments
	feeGiven  map[string]bool // roots that have a fee there
	broken    bool            // accounts could not be read, so references to them are not checked
}

func newDecoder(file string) *decoder {
	return &decoder{
		reporter: &reporter{file: file}, config: &Config{},
		described: map[string]bool{}, feeGiven: map[string]bool{},
	}
}

// addSpecs applies --spec flags.
func (d *decoder) addSpecs(specs []string) {
	for _, s := range specs {
		if err := d.config.Instruments.AddSpec(s); err != nil {
			d.fail(&node{}, "%v", err)
		}
	}
}

// againSpecs lets --spec flags win over the file; their mistakes are reported
// already.
func (d *decoder) againSpecs(specs []string) {
	for _, s := range specs {
		_ = d.config.Instruments.AddSpec(s)
	}
}

// decode reads the whole file.
func (d *decoder) decode(root *node, specs []string) {
	d.config.DataDir = filepath.Join(filepath.Dir(d.file), DefaultDataDir)
	d.addSpecs(specs)
	if root.kind == absent || root.kind == refused {
		return // an empty file is a configuration with nothing but defaults
	}
	// Instruments come first and accounts before strategies: what is named is known.
	sections := []section{
		{"instruments", func(n *node) { d.instruments(n); d.againSpecs(specs) }},
		{"fees", d.fees},
		{"broker", d.broker},
		{"accounts", d.accounts},
		{"strategies", d.strategies},
		{"budget", d.budget},
		{"live", d.live},
		{"paper", d.paper},
		{"backtest", d.backtest},
		{"data_dir", func(n *node) { d.config.DataDir = d.path(n) }},
	}
	found := map[string]*node{}
	var entries []entry
	for _, s := range sections {
		entries = append(entries, entry{s.key, false, func(n *node) { found[s.key] = n }})
	}
	d.object(root, entries...)
	for _, s := range sections {
		if n := found[s.key]; n != nil {
			s.read(n)
		}
	}
}

// section is a key at the top of the file.
type section struct {
	key  string
	read func(*node)
}

func hasKey(n *node, key string) bool {
	for _, f := range n.fields {
		if f.key == key {
			return true
		}
	}
	return false
}

// fees reads the fee of each root.
func (d *decoder) fees(n *node) {
	d.each(n, func(f *field) {
		root := strings.ToUpper(strings.TrimSpace(f.key))
		fee, ok := d.money(f.value, true)
		name, err := engine.ParseName(f.key, d.config.Instruments.Spec)
		switch {
		case err != nil:
			d.fail(f.at(), "%v", err)
		case name.Form != engine.FormRoot:
			d.fail(f.at(), "fees go by root: write %s", name.Root)
		case d.feeGiven[root]:
			d.fail(f.at(), "the fee of %s is given twice", root)
		case ok:
			d.feeGiven[root] = true
			if err := d.config.Instruments.Override(root, func(s *engine.Spec) { s.Fee = fee }); err != nil {
				d.fail(f.value, "%v", err)
			}
		}
	})
}

func (d *decoder) broker(n *node) {
	b := &d.config.Broker
	ok := d.object(n,
		entry{"url", false, func(n *node) { b.URL = d.url(n) }},
		entry{"token_env", false, func(n *node) { b.TokenEnv = d.variable(n) }},
		entry{"token_file", false, func(n *node) { b.TokenFile = d.path(n) }},
	)
	if !ok || !hasKey(n, "token_file") {
		return
	}
	if hasKey(n, "token_env") {
		d.fail(n, "token_env and token_file are both given: one place for the key, remove the other")
	}
	b.TokenEnv = ""
}

// url reads the address of the link. Errors do not repeat it: people put keys in
// addresses.
func (d *decoder) url(n *node) string {
	s, ok := d.text(n)
	if !ok {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "wss" && u.Scheme != "ws"):
		d.fail(n, "takes the address of a WebSocket, such as %s", DefaultURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		d.fail(n, "takes an address without user, password, ? and #: the key is sent in a header, see token_env")
	case u.Scheme == "ws" && !loopback(u.Hostname()):
		d.fail(n, "ws:// would send the key unencrypted: use wss://, or an address of this machine")
	}
	return s
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// variable reads the name of an environment variable. The error does not repeat
// it: it may be the key itself.
func (d *decoder) variable(n *node) string {
	s, ok := d.text(n)
	if !ok {
		return ""
	}
	for i, c := range s {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			d.fail(n, "takes the name of an environment variable, such as %s, not the key itself", DefaultTokenEnv)
			return ""
		}
	}
	return s
}

func (d *decoder) budget(n *node) {
	b := &d.config.Budget
	ok := d.object(n,
		entry{"rate", false, func(n *node) { b.Rate, _ = d.integer(n, 1, 1000, "calls a second") }},
		entry{"burst", false, func(n *node) { b.Burst, _ = d.integer(n, 1, 10_000, "calls") }},
		entry{"reserve", false, func(n *node) { b.Reserve, _ = d.integer(n, 0, 9_999, "calls") }},
	)
	if ok && b.Burst > 0 && b.Reserve >= b.Burst {
		d.fail(n, "reserve %d leaves no call of a burst of %d for orders: it must be below burst", b.Reserve, b.Burst)
	}
}

func (d *decoder) paper(n *node) {
	p := &d.config.Paper
	ok := d.object(n,
		entry{"feed", false, func(n *node) { p.Feed = d.feeds(n) }},
		entry{"speed", false, func(n *node) { p.Speed, _ = d.number(n, 0.01, 10_000, "times real time") }},
		entry{"listen", false, func(n *node) { p.Listen = d.hostPort(n) }},
		entry{"quotes", false, func(n *node) { p.Quotes = d.choice(n, "recorded", "recorded", "live") }},
	)
	if ok && p.Quotes == "live" && (hasKey(n, "feed") || hasKey(n, "speed")) {
		d.fail(n, "quotes: live takes the broker's quotes: remove feed and speed, or quotes")
	}
}

// feeds reads one path or a list of them.
func (d *decoder) feeds(n *node) []string {
	if n.kind == scalar {
		return []string{d.path(n)}
	}
	if !d.is(n, list) {
		return nil
	}
	if len(n.items) == 0 {
		d.fail(n, "is empty: name at least one recording")
	}
	var paths []string
	for _, item := range n.items {
		paths = append(paths, d.path(item))
	}
	return paths
}

func (d *decoder) hostPort(n *node) string {
	s, ok := d.text(n)
	if !ok {
		return ""
	}
	_, port, err := net.SplitHostPort(s)
	if p, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || p > 65535 {
		d.fail(n, "%s is not HOST:PORT with a port from 0 to 65535, such as %s", echo(s), DefaultListen)
	}
	return s
}

func (d *decoder) backtest(n *node) {
	b := &d.config.Backtest
	size := func(to *engine.Qty) func(*node) {
		return func(n *node) {
			v, _ := d.integer(n, 0, 1_000_000, "contracts")
			*to = engine.Qty(v)
		}
	}
	d.object(n,
		entry{"cash", false, func(n *node) { b.Cash, _ = d.money(n, false) }},
		entry{"latency", false, func(n *node) { b.Latency, _ = d.duration(n, 0, time.Minute) }},
		entry{"fill", false, func(n *node) {
			b.Fill = d.choice(n, b.Fill, "conservative", "queue", "touch")
		}},
		entry{"trigger", false, func(n *node) { b.Trigger = d.choice(n, b.Trigger, "last", "bidask", "either") }},
		entry{"sizes", false, func(n *node) {
			d.object(n,
				entry{"take", false, size(&b.Sizes.Take)}, entry{"depth", false, size(&b.Sizes.Depth)},
				entry{"ahead", false, size(&b.Sizes.Ahead)}, entry{"print", false, size(&b.Sizes.Print)})
		}},
	)
}

package broker

import (
	"time"

	"tollgate/engine"
)

// stream sends the snapshot and the P&L that are due. Moments that were missed
// are not made up for: the stream is conflated. Without the add-on there is nothing to
// send.
func (b *Broker) stream() {
	c, at := b.conn, b.now.Market
	if c == nil {
		return
	}
	if at >= b.nextSnap {
		b.watermarks()
		b.nextSnap = at - at%engine.Time(time.Second) + engine.Time(time.Second)
		if pace := b.quirks.QuotePace; pace != "change" && pace != "event" {
			b.snapshot(c)
		}
	}
	if c.pnlEvery > 0 && at >= c.pnlNext {
		c.pnlNext += engine.Time(at.Sub(c.pnlNext)/c.pnlEvery+1) * engine.Time(c.pnlEvery)
		if b.addon {
			b.say(c, b.pnl())
		}
	}
}

// snapshot sends every subscribed instrument that the feed has reached.
func (b *Broker) snapshot(c *conn) {
	if !b.addon {
		return
	}
	var quotes []Object
	for i := range c.names {
		if m := b.subscribed(&c.names[i]); m != nil && m.seen && !b.shut(m) {
			quotes = append(quotes, b.quote(m, c.names[i].name)...)
		}
	}
	b.sayQuotes(c, quotes)
}

// streamOne sends one instrument, for every name it was subscribed by.
func (b *Broker) streamOne(m *market) {
	c := b.conn
	if c == nil || !b.addon {
		return
	}
	var quotes []Object
	for i := range c.names {
		if b.subscribed(&c.names[i]) == m {
			quotes = append(quotes, b.quote(m, c.names[i].name)...)
		}
	}
	b.sayQuotes(c, quotes)
}

func (b *Broker) sayQuotes(c *conn, quotes []Object) {
	if len(quotes) > 0 {
		b.tally.quotes += int64(len(quotes))
		b.say(c, obj("type", "marketData", "quotes", quotes))
	}
}

// subscribed finds the market of a subscription; nil = not known yet.
func (b *Broker) subscribed(s *subscription) *market {
	if !s.known && s.failed != b.universe.Len()+1 {
		in, ok := b.resolve(s.name)
		if !ok {
			s.failed = b.universe.Len() + 1
			return nil
		}
		s.id, s.known = in.ID, true
	}
	if !s.known {
		return nil
	}
	return b.market(s.id)
}

// shut reports whether the quirk keeps an instrument silent in its break.
func (b *Broker) shut(m *market) bool {
	return b.quirks.QuoteShut == "stop" && !b.isOpen(m.id)
}

func (b *Broker) isOpen(id engine.InstrumentID) bool {
	s := b.universe.Get(id).Calendar.At(b.now.Market)
	return s.Contains(b.now.Market)
}

// quote is the streamed form of a market, by the name it was subscribed with. It
// is empty when only changes are sent and there is none.
func (b *Broker) quote(m *market, name string) []Object {
	in := b.universe.Get(m.id)
	if b.quirks.QuoteName == "dated" {
		name = in.Key
	}
	if b.quirks.QuoteFields == "full" {
		o := b.fullQuote(m)
		for i := range o {
			if o[i].Key == "instrument" {
				o[i].Value = name
			}
		}
		return []Object{o}
	}
	return b.seenQuote(m, in, name)
}

// seenQuote has the five fields that live clients have seen. A price that is
// absent is left out, or 0 by the quirk.
func (b *Broker) seenQuote(m *market, in *engine.Instrument, name string) []Object {
	o := obj("instrument", name)
	partial, zeros := b.quirks.QuoteFields == "partial", b.quirks.QuoteFields == "zeros"
	add := func(key string, p, sent engine.Price) {
		if partial && p == sent || !p.Known() && !zeros {
			return
		}
		o = append(o, Member{key, price(in, p)})
	}
	add("last", m.top.Last, m.sent.last)
	add("bid", m.top.Bid, m.sent.bid)
	add("ask", m.top.Ask, m.sent.ask)
	if !partial || m.volume != m.sent.volume {
		o = append(o, Member{"volume", m.volume})
	}
	m.sent = sentQuote{m.top.Last, m.top.Bid, m.top.Ask, m.volume}
	if len(o) == 1 {
		return nil
	}
	return []Object{o}
}

// pnl is the P&L frame of all accounts.
func (b *Broker) pnl() Object {
	list := make([]Object, 0, len(b.accounts))
	for _, a := range b.accounts {
		u := b.unrealized(a)
		switch b.quirks.PnLFields {
		case "bare":
			list = append(list, obj("name", a.name))
		case "short":
			list = append(list, obj("account", a.name, "realized", b.amount(a.realized()), "unrealized", b.amount(u), "netliq", b.amount(a.cash()+u)))
		default:
			list = append(list, obj("name", a.name, "realizedProfitLoss", b.amount(a.realized()), "unrealizedProfitLoss", b.amount(u),
				"netLiquidation", b.amount(a.cash()+u), "cashValue", b.amount(a.cash())))
		}
	}
	return obj("type", "pnlUpdate", "epoch", b.epoch(b.now.Market), "accounts", list)
}

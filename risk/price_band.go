package risk

import "tollgate/engine"

// priceBand refuses prices far from the market: the finger that hit a wrong key,
// the indicator that ran away. A buy's prices are measured from the ask, a sell's
// from the bid, either from the last trade where that side is absent.
type priceBand struct{ limits ByInstrument }

func (p priceBand) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	in := b.Instrument(r.Terms.Instrument)
	limit, _, ok := p.limits.of(in)
	if !ok || r.Terms.Type == engine.Market {
		return nil
	}
	// The price at which the opposite position would be closed is the price this order would take.
	ref := b.Top(in.ID).Mark(-engine.Qty(r.Terms.Side))
	if ref == engine.NoPrice {
		return deny(PriceBand, limit, "no market", "there is no quote of %s to measure the order's price against", in.Key)
	}
	for _, price := range []engine.Price{r.Terms.Limit, r.Terms.Stop} {
		if price == engine.NoPrice {
			continue
		}
		away := int64(price - ref)
		if away < 0 {
			away = -away
		}
		if away > limit {
			return deny(PriceBand, limit, away, "%s is %d ticks from the market at %s", in.Decimal(price), away, in.Decimal(ref))
		}
	}
	return nil
}

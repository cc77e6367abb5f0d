package indicator

// VWMA is the volume weighted moving average: the sum of close times volume over
// the sum of volume, of the newest length bars. Bars without any volume between
// them weigh the same. Ready at bar number length.
type VWMA struct {
	Line
	price, volume window
	pv, v, p      rolling
	traded        int // bars of the window with volume
}

// NewVWMA returns a VWMA over length bars, 1 to MaxLength.
func NewVWMA(length int) (*VWMA, error) {
	if err := checkLength("VWMA", "length", length, 1); err != nil {
		return nil, err
	}
	return &VWMA{Line: noLine(), price: newWindow(length), volume: newWindow(length)}, nil
}

// Update adds one closed bar.
func (m *VWMA) Update(b *Bar) {
	if !b.usable() || m.price.buf == nil {
		return
	}
	price, fell := m.price.push(b.Close)
	volume, _ := m.volume.push(b.Volume)
	if fell {
		m.drop(price, volume)
	}
	m.add(b.Close, b.Volume)
	if m.price.next == 0 {
		m.pv.rotate()
		m.v.rotate()
		m.p.rotate()
	}
	m.set(m.mean(), m.price.full())
}

func (m *VWMA) add(price, volume float64) {
	m.pv.addProduct(price, volume)
	m.v.add(volume)
	m.p.add(price)
	if volume > 0 {
		m.traded++
	}
}

func (m *VWMA) drop(price, volume float64) {
	m.pv.dropProduct(price, volume)
	m.v.drop(volume)
	m.p.drop(price)
	if volume > 0 {
		m.traded--
	}
}

func (m *VWMA) mean() float64 {
	if m.traded == 0 {
		return m.p.cur.over(float64(len(m.price.buf)))
	}
	return m.pv.cur.ratio(m.v.cur)
}

// VWAP is the volume weighted average price since the session began (StockCharts
// ChartSchool, "VWAP"). It is fed with bars, whose typical price (high + low +
// close)/3 counts with their volume, or with single trades, or with both. It starts
// anew whenever the session changes, and is Ready as soon as the session has
// volume; so it stops being Ready when a session begins with a bar without volume.
type VWAP struct {
	Line
	session int
	pv, v   pair
}

// NewVWAP returns a session VWAP.
func NewVWAP() *VWAP { return &VWAP{Line: noLine()} }

// Update adds one closed bar.
func (m *VWAP) Update(b *Bar) {
	if b.usable() {
		m.trade(b.typical(), b.Volume, b.Session)
	}
}

// UpdateTrade adds one trade. The session is its trade date, yyyymmdd. A size that
// is negative or not finite is ignored like any unusable input.
func (m *VWAP) UpdateTrade(price, size float64, session int) {
	if usable(price) && usable(size) && size >= 0 {
		m.trade(price, size, session)
	}
}

func (m *VWAP) trade(price, size float64, session int) {
	if session != m.session {
		m.session, m.pv, m.v = session, pair{}, pair{}
	}
	m.pv = m.pv.plus(twoProduct(price, size))
	m.v = m.v.add(size)
	m.set(m.pv.ratio(m.v), m.v.hi > 0)
}

// OBV is Joseph Granville's on balance volume ("New Key to Stock Market Profits",
// 1963): the volume of each bar is added when it closes above the close before,
// subtracted when below. It starts at 0 with the first bar (TA-Lib starts with that
// bar's volume; only the differences mean anything), and is Ready at bar number 2.
type OBV struct {
	Line
	sum     pair
	before  float64
	started bool
}

// NewOBV returns an OBV.
func NewOBV() *OBV { return &OBV{Line: noLine()} }

// Update adds one closed bar.
func (o *OBV) Update(b *Bar) {
	if !b.usable() {
		return
	}
	ready := o.started
	switch {
	case ready && b.Close > o.before:
		o.sum = o.sum.add(b.Volume)
	case ready && b.Close < o.before:
		o.sum = o.sum.add(-b.Volume)
	}
	o.started, o.before = true, b.Close
	o.set(o.sum.value(), ready)
}

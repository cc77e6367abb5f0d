package indicator

// highest is a monotonic queue: it knows the largest of the newest len(value)
// inputs. It keeps only those inputs that can still become the largest, in
// falling order, each with the number of its update.
type highest struct {
	value []float64
	at    []int
	head  int // of the largest
	size  int
	n     int // updates so far
}

func newHighest(length int) highest {
	return highest{value: make([]float64, length), at: make([]int, length)}
}

func (h *highest) push(x float64) {
	length := len(h.value)
	if h.size > 0 && h.at[h.head] <= h.n-length {
		h.head = h.slot(1)
		h.size--
	}
	for h.size > 0 && h.value[h.slot(h.size-1)] <= x {
		h.size--
	}
	i := h.slot(h.size)
	h.value[i], h.at[i] = x, h.n
	h.size++
	h.n++
}

// slot is the place of the i-th entry of the queue.
func (h *highest) slot(i int) int {
	if i += h.head; i >= len(h.value) {
		i -= len(h.value)
	}
	return i
}

// max is the largest input of the window; push has been called.
func (h *highest) max() float64 { return h.value[h.head] }

func (h *highest) full() bool { return h.n >= len(h.value) }

// Highest is the largest of the newest length inputs (TA-Lib TA_MAX). Ready at
// input number length.
type Highest struct {
	Line
	q highest
}

// NewHighest returns a Highest over length inputs, 1 to MaxLength.
func NewHighest(length int) (*Highest, error) {
	if err := checkLength("Highest", "length", length, 1); err != nil {
		return nil, err
	}
	return &Highest{Line: noLine(), q: newHighest(length)}, nil
}

// Update adds one input.
func (h *Highest) Update(x float64) {
	if !usable(x) || h.q.value == nil {
		return
	}
	h.q.push(x)
	h.set(h.q.max(), h.q.full())
}

// Lowest is the smallest of the newest length inputs (TA-Lib TA_MIN). Ready at
// input number length.
type Lowest struct {
	Line
	q highest // of the negated inputs
}

// NewLowest returns a Lowest over length inputs, 1 to MaxLength.
func NewLowest(length int) (*Lowest, error) {
	if err := checkLength("Lowest", "length", length, 1); err != nil {
		return nil, err
	}
	return &Lowest{Line: noLine(), q: newHighest(length)}, nil
}

// Update adds one input.
func (l *Lowest) Update(x float64) {
	if !usable(x) || l.q.value == nil {
		return
	}
	l.q.push(-x)
	l.set(-l.q.max(), l.q.full())
}

// channel is the highest high and the lowest low of the newest length bars.
type channel struct{ high, low highest }

func newChannel(length int) channel { return channel{newHighest(length), newHighest(length)} }

func (c *channel) push(b *Bar) {
	c.high.push(b.High)
	c.low.push(-b.Low)
}

func (c *channel) top() float64    { return c.high.max() }
func (c *channel) bottom() float64 { return -c.low.max() }

// Donchian is Richard Donchian's channel: the highest high and the lowest low of
// the newest length bars, the newest one included, and the middle between them. A
// breakout is a close beyond Upper.Prev or Lower.Prev. Ready at bar number length.
type Donchian struct {
	Upper, Middle, Lower Line
	c                    channel
}

// NewDonchian returns a channel over length bars, 1 to MaxLength.
func NewDonchian(length int) (*Donchian, error) {
	if err := checkLength("Donchian", "length", length, 1); err != nil {
		return nil, err
	}
	return &Donchian{Upper: noLine(), Middle: noLine(), Lower: noLine(), c: newChannel(length)}, nil
}

// Update adds one closed bar.
func (d *Donchian) Update(b *Bar) {
	if !b.usable() || d.c.high.value == nil {
		return
	}
	d.c.push(b)
	top, bottom, ready := d.c.top(), d.c.bottom(), d.c.high.full()
	d.Upper.set(top, ready)
	d.Middle.set((top+bottom)/2, ready)
	d.Lower.set(bottom, ready)
}

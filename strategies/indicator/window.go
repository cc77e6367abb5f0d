package indicator

// window holds the newest len(buf) inputs.
type window struct {
	buf   []float64
	next  int // where the next input goes; 0 = a block of len(buf) inputs is complete
	count int // inputs held, at most len(buf)
	run   int // how many of the newest inputs are equal, at most len(buf)
	last  float64
}

func newWindow(length int) window { return window{buf: make([]float64, length)} }

// push stores x and returns the input that fell out of the window, if one did.
func (w *window) push(x float64) (old float64, fell bool) {
	n := len(w.buf)
	old, fell = w.buf[w.next], w.count == n
	w.buf[w.next] = x
	if w.next++; w.next == n {
		w.next = 0
	}
	if !fell {
		w.count++
	}
	if x != w.last || w.run == 0 {
		w.run = 0
	}
	w.run = min(w.run+1, n)
	w.last = x
	return old, fell
}

// full reports whether the window holds as many inputs as it can.
func (w *window) full() bool { return w.count == len(w.buf) }

// flat reports whether the window is full of one number. Differences that should
// be zero are then exactly zero, whatever the rounding of the sums.
func (w *window) flat() bool { return w.run == len(w.buf) }

// sums is a window with its sum and, for those who ask, the sum of squares and
// the sum of the inputs multiplied by their position (0 is the oldest).
type sums struct {
	window
	sum, squares, ramp    rolling
	wantSquares, wantRamp bool
}

func newSums(length int) sums { return sums{window: newWindow(length)} }

func (s *sums) push(x float64) {
	at := s.next // how many inputs the block that is being filled already has
	before := s.sum.cur
	old, fell := s.window.push(x)
	if s.wantRamp {
		s.pushRamp(x, old, fell, at, before)
	}
	if s.wantSquares {
		s.squares.addProduct(x, x)
	}
	s.sum.add(x)
	if fell {
		s.drop(old)
	}
	if s.next == 0 {
		s.rotate()
	}
}

func (s *sums) drop(old float64) {
	s.sum.drop(old)
	if s.wantSquares {
		s.squares.dropProduct(old, old)
	}
}

// pushRamp moves every input one position down when the oldest falls out, which
// takes the sum of those that stay off the ramp.
func (s *sums) pushRamp(x, old float64, fell bool, at int, before pair) {
	position := s.count - 1
	if fell {
		s.ramp.cur = s.ramp.cur.minus(before.add(-old))
	}
	s.ramp.cur = s.ramp.cur.plus(twoProduct(float64(position), x))
	s.ramp.fresh = s.ramp.fresh.plus(twoProduct(float64(at), x))
}

func (s *sums) rotate() {
	s.sum.rotate()
	s.squares.rotate()
	s.ramp.rotate()
}

// length is the size of the window.
func (s *sums) length() float64 { return float64(len(s.buf)) }

// mean is the mean of a full window.
func (s *sums) mean() float64 { return s.sum.cur.over(s.length()) }

// spread is n*sum(x*x) - sum(x)^2 of a full window: n squared times the
// population variance, never negative.
func (s *sums) spread() float64 {
	if s.flat() {
		return 0
	}
	d := s.squares.cur.scale(s.length()).minus(s.sum.cur.times(s.sum.cur))
	return max(d.value(), 0)
}

package script

import (
	"context"
	"sync"

	"tollgate/strategies"
)

// Candidate is a new version of a strategy, checked and loaded, one program for
// each instance that runs: all that is left to do is to swap. Or it is a version
// that was refused, and why.
type Candidate struct {
	Checked  *Checked
	Programs []*strategies.Program
	Err      error // why it was refused; nothing else is set then, but Source where it could be read
	Source   *Source
}

// Remarks says what the version begins without, once it was swapped in.
func (c *Candidate) Remarks() string { return strategies.Remarks(c.Programs...) }

// Reloader turns changes of a strategy's files into candidates, off the hot path.
// The owner of the Runner takes them from Ready between two events and swaps; it
// never waits. A candidate that is not taken before the next one is ready is
// dropped: the newest counts.
type Reloader struct {
	Path string // file or folder, as the user typed it
	// Ready holds the newest candidate. It is made by NewReloader.
	Ready chan *Candidate

	mu        sync.Mutex
	hash      string // of the source that runs or was last refused
	options   Options
	instances int
}

// NewReloader makes a reloader for a strategy that runs as source hash, loaded
// with options.
func NewReloader(path, hash string, options Options) *Reloader {
	return &Reloader{Path: path, Ready: make(chan *Candidate, 1), hash: hash, options: options, instances: 1}
}

// Instances says how many programs a candidate needs. Safe for concurrent use.
func (r *Reloader) Instances(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.instances = n
}

// Run watches until the context ends; see Watch.
func (r *Reloader) Run(ctx context.Context) error {
	return Watch(ctx, r.Path, r.Look)
}

// Look reads the files now. It makes a candidate if they changed.
func (r *Reloader) Look() {
	c := r.candidate()
	if c == nil {
		return
	}
	for {
		select {
		case r.Ready <- c:
			return
		default:
		}
		select {
		case <-r.Ready: // nobody took the one before: it is out of date
		default:
		}
	}
}

// candidate takes the files through the whole pipeline; nil when nothing changed.
func (r *Reloader) candidate() *Candidate {
	src, err := Read(r.Path)
	if err != nil {
		return &Candidate{Err: err}
	}
	r.mu.Lock()
	same, instances := src.Hash == r.hash, r.instances
	r.hash = src.Hash
	r.mu.Unlock()
	if same {
		return nil
	}
	checked, err := Check(src)
	if err != nil {
		return &Candidate{Err: err, Source: src}
	}
	c := &Candidate{Checked: checked, Source: src}
	for range instances {
		p, err := checked.Load(r.options)
		if err != nil {
			return &Candidate{Err: err, Source: src}
		}
		c.Programs = append(c.Programs, p)
	}
	return c
}

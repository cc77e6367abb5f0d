package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tollgate/engine"
	"tollgate/sim/feed"
	"tollgate/sim/tune"
)

// survey is what a sweep knows of its feed before the first run.
type survey struct {
	events    int64
	sessions  []tune.Session // of the account, as the reports count them
	instances int            // of the strategy
	temporary string         // folder of the recording made for the sweep; empty = none
}

func (s *survey) remove() {
	if s.temporary != "" {
		os.RemoveAll(s.temporary)
	}
}

// survey reads the feed once: it counts events, sessions and instruments, and turns
// anything but a single recording into one, which every run then reads many times
// faster.
func (s *sweepRun) survey() error {
	p := s.plan
	p.universe = engine.NewUniverse()
	src, err := p.open()
	if err != nil {
		return err
	}
	defer src.Close()
	sink, err := s.recording()
	if err != nil {
		return err
	}
	if err := errors.Join(s.count(src, sink), sink.Close()); err != nil {
		return err
	}
	if s.feed.events == 0 {
		return errors.New("the feed has no events in the chosen time; see --from, --to and --instrument")
	}
	if t := feed.TallyOf(src); t.Bad > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%d rows of the feed could not be read and were left out (--skip-bad)", t.Bad))
	}
	if len(p.flags.feeds) == 0 {
		s.notes = append(s.notes, "the bundled sample is synthetic: it shows how things work, not what would earn")
	}
	for id := range engine.InstrumentID(p.universe.Len()) {
		if p.wanted(p.universe.Get(id)) {
			s.feed.instances++
		}
	}
	if s.feed.instances == 0 {
		return usage("none of the instruments of the feed is among --instrument")
	}
	if s.feed.temporary != "" {
		p.flags.feeds = []string{filepath.Join(s.feed.temporary, "feed"+feed.Extension)}
	}
	return nil
}

// count reads the source to its end.
func (s *sweepRun) count(src feed.Source, sink feed.Sink) error {
	index, _ := s.plan.config.Instruments.Spec("ES")
	days := tune.Sessions{Calendar: index.Calendar}
	var q engine.Quote
	for {
		err := src.Next(&q)
		if errors.Is(err, io.EOF) {
			s.feed.sessions = days.List()
			return nil
		}
		if err == nil {
			err = sink.Write(&q)
		}
		if err != nil {
			return err
		}
		s.feed.events++
		days.Add(q.At)
	}
}

// recording makes the temporary recording, or a sink that keeps nothing when the
// feed is one recording already or the sample.
func (s *sweepRun) recording() (feed.Sink, error) {
	feeds := s.plan.flags.feeds
	if len(feeds) == 0 || len(feeds) == 1 && isRecording(feeds[0]) {
		return nowhere{}, nil
	}
	dir, err := os.MkdirTemp("", "tollgate-sweep-*")
	if err != nil {
		return nil, fmt.Errorf("no folder for a converted recording: %w", err)
	}
	s.feed.temporary = dir
	return feed.Create(filepath.Join(dir, "feed"+feed.Extension), s.plan.universe)
}

// isRecording reports whether a file begins as an Arrow stream does.
func isRecording(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var magic [4]byte
	_, err = io.ReadFull(f, magic[:])
	return err == nil && magic == [4]byte{0xff, 0xff, 0xff, 0xff}
}

// nowhere is a sink that keeps nothing.
type nowhere struct{}

func (nowhere) Write(*engine.Quote) error { return nil }
func (nowhere) Flush() error              { return nil }
func (nowhere) Close() error              { return nil }

// digestFile is the SHA-256 of a file's content.
func digestFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

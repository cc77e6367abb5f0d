package bus

import (
	"fmt"
	"net"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

// serve starts the server inside this process.
func serve(o *Options) (*server.Server, error) {
	so := &server.Options{
		ServerName: "tollgate", DontListen: o.Listen == "", NoLog: true, NoSigs: true, NoSystemAccount: true,
		MaxPayload: MaxMessage, WriteDeadline: connectTimeout, DisableShortFirstPing: true,
	}
	if o.Token != nil {
		so.Authorization = o.Token()
	}
	if o.Listen != "" {
		if err := listenAt(so, o.Listen); err != nil {
			return nil, err
		}
	}
	s, err := server.NewServer(so)
	if err != nil {
		return nil, fmt.Errorf("bus: cannot make the server: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(connectTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("bus: the server inside this process did not start within %v", connectTimeout)
	}
	return s, nil
}

func listenAt(so *server.Options, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("bus: listen: %q is not host:port: %w", listen, err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("bus: listen: %q is not a port number from 0 to 65535", port)
	}
	// The server would only be silent about a port it cannot have.
	probe, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("bus: cannot listen; choose another address: %w", err)
	}
	probe.Close()
	so.Host, so.Port = host, int(n)
	if n == 0 {
		so.Port = server.RANDOM_PORT
	}
	return nil
}

// Addr is where the server inside this process takes others; nil when no port is
// open.
func (b *Bus) Addr() net.Addr {
	if b.server == nil {
		return nil
	}
	return b.server.Addr()
}

func (b *Bus) stopServer() {
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}

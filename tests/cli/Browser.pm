# SPDX-License-Identifier: GPL-2.0-or-later
# Browser.pm: a headless Chromium driven through chromedriver (WebDriver, and its way to
# the DevTools protocol) with perl's own modules. Tests of pages use it; it checks
# nothing itself. Browser->new gives undef and the reason where there is no chromedriver.
package Browser;
use strict;
use warnings;
use File::Temp qw(tempdir);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use POSIX qw(:sys_wait_h);

my $json = JSON::PP->new->utf8->allow_nonref;

sub found {
	my ($program) = @_;
	return grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

sub free_port {
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "no port: $!";
	return $s->sockport;
}

# Send one command; the value of its answer, or death with what chromedriver says.
sub command {
	my ($self, $method, $path, $body) = @_;
	my $answer = $self->{http}->request($method, "$self->{url}$path",
		$method eq "POST" ? { content => $json->encode($body // {}),
			headers => { "Content-Type" => "application/json" } } : {});
	my $value = eval { $json->decode($answer->{content})->{value} };
	return $value if $answer->{success};
	die ref $value ? "$value->{error}: $value->{message}\n" : "$answer->{status}: $answer->{content}\n";
}

sub new {
	my ($class) = @_;
	return (undef, "no chromedriver (apt-get install chromium-driver)") unless found("chromedriver");
	my $dir = tempdir(CLEANUP => 1);
	my $port = free_port();
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		setpgrp; # so that no browser outlives it
		open STDIN, "<", "/dev/null";
		open STDOUT, ">", "$dir/log";
		open STDERR, ">&", \*STDOUT;
		# Chromium keeps its profile there, and not with the user's.
		$ENV{HOME} = $ENV{XDG_CONFIG_HOME} = $ENV{XDG_CACHE_HOME} = $dir;
		exec "chromedriver", "--port=$port" or exit 127;
	}
	my $self = bless { pid => $pid, owner => $$, dir => $dir, url => "http://127.0.0.1:$port",
		http => HTTP::Tiny->new(timeout => 60) }, $class;
	return ($self, undef) if eval { $self->start; 1 };
	my $why = $@;
	$self->end;
	return (undef, "no browser: " . $why =~ s/\n.*//sr);
}

sub start {
	my ($self) = @_;
	for (1 .. 100) {
		last if eval { $self->command(GET => "/status")->{ready} };
		die "chromedriver does not start\n" if waitpid($self->{pid}, WNOHANG) || $_ == 100;
		select undef, undef, undef, 0.1;
	}
	# Chromium refuses to run as root with its sandbox.
	my @args = ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--no-first-run", "--user-data-dir=$self->{dir}/profile", $> == 0 ? "--no-sandbox" : ());
	my $session = $self->command(POST => "/session", { capabilities => { alwaysMatch => {
		browserName => "chrome",
		unhandledPromptBehavior => "ignore",
		"goog:loggingPrefs" => { browser => "ALL", performance => "ALL" },
		"goog:chromeOptions" => { args => \@args } } } });
	$self->{session} = "/session/$session->{sessionId}";
	# What the browser's own first page asks for is nobody's business.
	$self->open_page("about:blank");
	$self->log_of($_) for qw(browser performance);
}

sub end {
	my ($self) = @_;
	return unless $self->{pid} && $self->{owner} == $$;
	eval { $self->command(DELETE => $self->{session}) } if $self->{session};
	kill TERM => -$self->{pid}, $self->{pid};
	waitpid $self->{pid}, 0;
	delete $self->{pid};
}
sub DESTROY { my ($self) = @_; local ($?, $@); $self->end }

sub open_page { my ($self, $url) = @_; $self->command(POST => "$self->{session}/url", { url => $url }) }

# Run a script's text in the page, as a function's body; args are its arguments.
sub js {
	my ($self, $script, @args) = @_;
	return $self->command(POST => "$self->{session}/execute/sync", { script => $script, args => \@args });
}

# A key pressed and let go, where the focus is.
sub press {
	my ($self, $key) = @_;
	$self->command(POST => "$self->{session}/actions", { actions => [{ type => "key", id => "keyboard",
		actions => [map { { type => $_, value => $key } } qw(keyDown keyUp)] }] });
}

# One command of the DevTools protocol.
sub devtools {
	my ($self, $cmd, $params) = @_;
	return $self->command(POST => "$self->{session}/goog/cdp/execute",
		{ cmd => $cmd, params => $params // {} });
}

# The entries of one of the browser's logs since it was last asked for: "browser", "performance".
sub log_of { my ($self, $type) = @_; $self->command(POST => "$self->{session}/se/log", { type => $type }) }

# What the browser asked for since then: URLs.
sub requests {
	my ($self) = @_;
	my @events = map { $json->decode($_->{message})->{message} } @{ $self->log_of("performance") };
	return map { $_->{params}{request}{url} } grep { $_->{method} eq "Network.requestWillBeSent" } @events;
}

sub alert_text { my ($self) = @_; eval { $self->command(GET => "$self->{session}/alert/text") } }

# A screen that wide; scheme: "light" or "dark"; media: "print", or "" for the screen.
sub show_as {
	my ($self, $width, $scheme, $media) = @_;
	$self->devtools("Emulation.setDeviceMetricsOverride", { width => $width,
		height => $width < 600 ? 844 : 900, deviceScaleFactor => 1,
		mobile => $width < 600 ? JSON::PP::true : JSON::PP::false });
	$self->devtools("Emulation.setEmulatedMedia", { media => $media // "",
		features => [{ name => "prefers-color-scheme", value => $scheme }] });
}

# The whole page as a PNG file.
sub screenshot {
	my ($self, $file, $max_height) = @_;
	my $size = $self->devtools("Page.getLayoutMetrics")->{cssContentSize};
	my $height = $max_height && $size->{height} > $max_height ? $max_height : $size->{height};
	my $shot = $self->devtools("Page.captureScreenshot", { captureBeyondViewport => JSON::PP::true,
		clip => { x => 0, y => 0, width => $size->{width}, height => $height, scale => 1 } });
	open my $out, ">:raw", $file or die "$file: $!";
	print $out decode_base64($shot->{data});
	close $out or die "$file: $!";
}

1;

# bootstamp: make help tells the targets.
#
# Everything made goes below build/.  Source files are found by their folder:
# a new one needs no line here.
#   capture/*.c            build/libcapture.a (position independent)
#   chardev-backend/*.c    build/chardev-timestamp-qemu.so, with capture in it
#     but preload.c        build/chardev-timestamp.so
#   viewer/*.c viewer/*/*.c  build/bootstamp
#   tests/unit/test-*.c    a program each, in up to three builds; other files
#                          there are linked into all of them
#   tests/*/*.t            run by make check, but for tests/slow and tests/in-tree

SHELL = /bin/sh
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

# Only these need no configuration.
ifneq ($(or $(if $(MAKECMDGOALS),,all),$(filter-out help clean distclean,$(MAKECMDGOALS))),)
include config.mak
endif

# Not there without the module (configure --without-module)
modules = $(if $(filter no,$(MODULE)),,build/chardev-timestamp.so build/chardev-timestamp-qemu.so)

all: build/libcapture.a $(modules) build/bootstamp ## build everything (V=1: show commands)
.PHONY: all

# A target that needs the module says so.
need_module = @$(if $(modules),:,echo "bootstamp: make: $@ needs the module, which was left out: run ./configure without --without-module" >&2; exit 1)

# --- configuration ----------------------------------------------------------

# make itself brings config.mak up to date before anything else.
config.mak: configure tools/qemu-headers.sh tools/qemu-configure.sh \
		tools/fetch-source.sh tools/package-names.sh tools/qapi-conditions.py tools/qemu-abi.c $(wildcard tools/check-deps/*.c)
	@if test -x build/config.status; then build/config.status; else \
		echo "bootstamp: make: not configured; run ./configure first" >&2; exit 1; fi

# They can only be missing when someone removed build/.
build/config.h $(if $(QEMU_BUILD),$(QEMU_BUILD)/headers.ok):
	@echo "bootstamp: make: $@ is missing; run ./configure" >&2; exit 1

# --- flags ------------------------------------------------------------------

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-unused-parameter -Werror=switch
ifneq ($(filter true 1,$(CI))$(filter-out 0,$(WERROR)),)
WARNINGS += -Werror
endif

# No path of this machine in what is built: the same bytes from any folder.
PREFIX_MAP = -ffile-prefix-map=$(CURDIR)=. $(if $(QEMU_SOURCE),-ffile-prefix-map=$(QEMU_SOURCE)=qemu)

# Before the user's own, which may say otherwise.
BASE = $(PREFIX_MAP) -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(WARNINGS) \
	-iquote . -iquote build -pthread
# A distribution's compiler may have a level of its own: no redefinition.
# Debian's hardening=+all and what later releases add; the last is for x86.
cf_protection := $(if $(CC),$(shell $(CC) -fcf-protection -c -x c -o /dev/null /dev/null 2>/dev/null && echo -fcf-protection))
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
	$(cf_protection) -Wformat=2 -Werror=format-security -Werror=format-nonliteral
LINK_HARDEN = -Wl,-z,relro,-z,now,-z,noexecstack

CAPTURE_FLAGS = $(BASE) $(HARDEN) -fPIC -fvisibility=hidden $(GLIB_CFLAGS) $(CFLAGS)
VIEWER_FLAGS = $(BASE) $(HARDEN) -fPIE $(GLIB_CFLAGS) $(JSON_CFLAGS) \
	$(NCURSES_CFLAGS) $(VTERM_CFLAGS) $(DW_CFLAGS) $(ZSTD_CFLAGS) $(CFLAGS)
PRELOAD_FLAGS = $(BASE) $(HARDEN) -fPIC -fvisibility=hidden $(CFLAGS)
# QEMU_CFLAGS has QEMU's folders as -isystem: only our code is warned about.
BACKEND_FLAGS = $(BASE) $(HARDEN) -fPIC -fvisibility=hidden -DBOOTSTAMP_LOADABLE \
	$(QEMU_CFLAGS) \
	$(GLIB_CFLAGS) $(CFLAGS)

VIEWER_LIBS = $(JSON_LIBS) $(GLIB_LIBS) $(NCURSES_LIBS) $(VTERM_LIBS) $(DW_LIBS) $(ZSTD_LIBS) -lm -pthread

# Builds of the unit tests.  Sanitizers bring their own checks: no FORTIFY.
SAN = $(BASE) -g -fno-omit-frame-pointer $(GLIB_CFLAGS) $(JSON_CFLAGS) \
	$(NCURSES_CFLAGS) $(VTERM_CFLAGS) $(DW_CFLAGS) $(ZSTD_CFLAGS) $(filter-out -O%,$(CFLAGS)) -O1
plain_FLAGS = $(VIEWER_FLAGS)
plain_LINK = -pie
asan_FLAGS = $(SAN) -fsanitize=address,undefined -fno-sanitize-recover=all
asan_LINK = -fsanitize=address,undefined
tsan_FLAGS = $(SAN) -fsanitize=thread
tsan_LINK = -fsanitize=thread

# tests/fuzz: libFuzzer, which clang has.  -g1 is enough for a backtrace.
FUZZ_CC ?= clang
fuzz_FLAGS = $(BASE) -g1 -O1 -fno-omit-frame-pointer $(GLIB_CFLAGS) $(JSON_CFLAGS) \
	$(NCURSES_CFLAGS) $(VTERM_CFLAGS) $(DW_CFLAGS) $(ZSTD_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	$(FUZZ_CFLAGS)
fuzz_LINK = -fsanitize=fuzzer,address,undefined $(FUZZ_CFLAGS)

# --- sources ----------------------------------------------------------------

capture_src := $(sort $(wildcard capture/*.c))
viewer_src := $(sort $(wildcard viewer/*.c viewer/*/*.c))
backend_src := $(sort $(filter-out %/preload.c,$(wildcard chardev-backend/*.c)))
unit_src := $(sort $(wildcard tests/unit/test-*.c))
helper_src := $(sort $(filter-out $(unit_src),$(wildcard tests/unit/*.c)))

objects = $(patsubst %.c,build/$(1)/%.o,$(2))
capture_obj := $(call objects,obj,$(capture_src))
viewer_obj := $(call objects,obj,$(viewer_src))
backend_obj := $(call objects,obj,$(backend_src))
preload_obj := build/obj/chardev-backend/preload.o

# Which unit tests are built how: VARIANT/NAME
unit_names := $(notdir $(unit_src:.c=))
unit := $(addprefix plain/,$(unit_names))
ifeq ($(ASAN),yes)
unit += $(addprefix asan/,$(unit_names))
endif
ifeq ($(TSAN),yes)
# What several threads use.
unit += $(addprefix tsan/,$(filter test-writer% test-sigbus,$(unit_names)))
endif

# --- remembering flags and lists --------------------------------------------

# $(call remember,FILE,TEXT): FILE holds TEXT, and is newer than what was made
# with another text.  Done while reading this file, so that no rule runs (and
# "nothing to be done" is said) when all is the same.  "text" tells an empty one
# from a missing file.
remember = $(if $(filter-out $(call one_word,text $(2)),$(call one_word,$(file <$(1)))),$(file >$(1),text $(strip $(2))))
one_word = x$(subst $(space),_,$(strip $(1)))
empty :=
space := $(empty) $(empty)

ifdef MODULE
ifneq ($(wildcard build/config.h),)
$(call remember,build/flags-c,$(CC) $(CAPTURE_FLAGS) $(VIEWER_FLAGS) $(SAN) $(asan_FLAGS) $(tsan_FLAGS))
$(call remember,build/flags-fuzz,$(FUZZ_CC) $(fuzz_FLAGS) $(fuzz_LINK))
$(call remember,build/flags-qemu,$(CC) $(BACKEND_FLAGS))
$(call remember,build/flags-link,$(CC) $(LDFLAGS) $(VIEWER_LIBS) $(LINK_HARDEN))
# Removing a file must rebuild what it was in.
$(call remember,build/list-capture,$(capture_src))
$(call remember,build/list-viewer,$(viewer_src))
$(call remember,build/list-backend,$(backend_src))
$(call remember,build/list-helpers,$(helper_src))
endif
endif

# --- rules ------------------------------------------------------------------

ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-7s %s\n'
Q = @
endif

COMPILE = $(CC) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@ $<
common = Makefile build/config.h build/flags-c

# The patterns of milestones, as a C string.
build/phases-conf.h: capture/phases.conf
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q)sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< >$@
build/obj/capture/patterns.o build/plain/capture/patterns.o build/asan/capture/patterns.o \
		build/tsan/capture/patterns.o: build/phases-conf.h

build/obj/capture/%.o: capture/%.c $(common)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(CAPTURE_FLAGS)

build/obj/viewer/%.o: viewer/%.c $(common)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(VIEWER_FLAGS)

# -MMD leaves out system headers, thus headers.ok for all those of QEMU.
build/obj/chardev-backend/%.o: chardev-backend/%.c Makefile build/config.h \
		build/flags-qemu $(QEMU_BUILD)/headers.ok
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(BACKEND_FLAGS)

$(preload_obj): chardev-backend/preload.c $(common)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(PRELOAD_FLAGS)

build/libcapture.a: $(capture_obj) build/list-capture
	$(say) AR $@
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(capture_obj)

# Under another name first: a QEMU or a program that runs keeps what it has, and
# a link that fails leaves the old one.
#
# What it needs of QEMU and glib is in the QEMU that loads it: undefined symbols
# are right here, and tools/check-symbols.sh looks whether QEMU has them all.
build/chardev-timestamp-qemu.so: $(backend_obj) $(capture_obj) \
		build/list-backend build/list-capture build/flags-link
	$(say) LINK $@
	$(Q)$(CC) -shared -pthread $(LDFLAGS) $(LINK_HARDEN) -Wl,-soname,$(@F) \
		-o $@.new $(backend_obj) $(capture_obj) -lm && mv $@.new $@

build/chardev-timestamp.so: $(preload_obj) build/flags-link
	$(say) LINK $@
	$(Q)$(CC) -shared $(LDFLAGS) $(LINK_HARDEN) -Wl,-soname,$(@F) -o $@ $(preload_obj) -ldl

build/bootstamp: $(viewer_obj) build/libcapture.a build/list-viewer build/flags-link
	$(say) LINK $@
	$(Q)$(CC) -pie $(LDFLAGS) $(LINK_HARDEN) -o $@.new $(viewer_obj) build/libcapture.a \
		$(VIEWER_LIBS) && mv $@.new $@

# --- unit tests -------------------------------------------------------------

# $(call unit_rules,VARIANT): all code anew with its flags.  The viewer's code is
# offered too, as a library without main().
define unit_rules
build/$(1)/%.o: %.c $$(common)
	$$(say) CC '$$< ($(1))'
	@mkdir -p $$(@D)
	$$(Q)$$(COMPILE) $$($(1)_FLAGS)

$(1)_viewer := $$(call objects,$(1),$$(filter-out viewer/main.c,$$(viewer_src)))
$(1)_capture := $$(call objects,$(1),$$(capture_src))
$(1)_helper := $$(call objects,$(1),$$(helper_src))

build/$(1)/libtested.a: $$($(1)_capture) $$($(1)_viewer) build/list-capture build/list-viewer
	$$(say) AR $$@
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcsD $$@ $$($(1)_capture) $$($(1)_viewer)

build/$(1)/tests/unit/%: build/$(1)/tests/unit/%.o $$($(1)_helper) \
		build/$(1)/libtested.a build/list-helpers build/flags-link
	$$(say) LINK $$@
	$$(Q)$$(CC) $$($(1)_LINK) $$(LDFLAGS) -o $$@ $$< $$($(1)_helper) \
		build/$(1)/libtested.a $$(VIEWER_LIBS)

# One script per test and build, as prove runs files.
build/tests/unit/%.$(1).t: build/$(1)/tests/unit/% tools/unit-test.sh
	@mkdir -p $$(@D)
	@printf '#!/bin/sh\nexec "$$$$BOOTSTAMP_SRC/tools/unit-test.sh" $(1) "$$$$BOOTSTAMP_BUILD/$(1)/tests/unit/$$*"\n' >$$@
	@chmod +x $$@
endef
$(foreach variant,plain asan tsan,$(eval $(call unit_rules,$(variant))))

# --- fuzzing ----------------------------------------------------------------

# tests/fuzz/fuzz-*.c: a program each, with all code anew.
fuzz_src := $(sort $(wildcard tests/fuzz/fuzz-*.c))
fuzz_helper := $(call objects,fuzz,$(filter-out $(fuzz_src),$(wildcard tests/fuzz/*.c)))
fuzz_tested := $(call objects,fuzz,$(capture_src) $(filter-out viewer/main.c,$(viewer_src)))
fuzz_programs := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(fuzz_src))

build/fuzz/capture/patterns.o: build/phases-conf.h
build/fuzz/%.o: %.c Makefile build/config.h build/flags-fuzz
	$(say) CC '$< (fuzz)'
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@ $< $(fuzz_FLAGS)
build/fuzz/libtested.a: $(fuzz_tested) build/list-capture build/list-viewer
	$(say) AR $@
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(fuzz_tested)
build/fuzz/fuzz-%: build/fuzz/tests/fuzz/fuzz-%.o $(fuzz_helper) build/fuzz/libtested.a
	$(say) LINK $@
	$(Q)$(FUZZ_CC) $(fuzz_LINK) -o $@.new $< $(fuzz_helper) build/fuzz/libtested.a \
		$(VIEWER_LIBS) && mv $@.new $@
fuzz-programs: $(fuzz_programs)
# For tests/fuzz/fuzz.t, which says what is missing where there is no clang.
fuzz_for = $(if $(and $(filter tests/fuzz/%,$(1)),$(shell command -v $(FUZZ_CC))),fuzz-programs)
TIME ?= 3600
fuzz: all fuzz-programs guests ## fuzz what reads captures (TIME=3600: seconds)
	@$(test_env) tests/fuzz/run time $(TIME)
.PHONY: fuzz fuzz-programs

unit_t := $(foreach u,$(unit),build/tests/unit/$(notdir $(u)).$(patsubst %/,%,$(dir $(u))).t)

# --- tests ------------------------------------------------------------------

# Stages, the quick one first: what needs no machine booted, or only for a moment.
# Its tests run JOBS at once; those that boot machines one after the other, for
# they measure time.
JOBS ?= 2
BOOT_JOBS ?= 1
script_t := tools/check-symbols.sh \
	$(sort $(filter-out tests/slow/% tests/in-tree/%,$(wildcard tests/*/*.t)))
# Those that start a QEMU
qemu_t = $(shell grep -lE 'QEMU|run_rom|start_rom|boot_linux|need_guests|qemu-system-|chardev-timestamp|faults\.sh' $(filter tests/%,$(script_t)) /dev/null)
ifeq ($(modules),)
script_t := $(filter-out tools/check-symbols.sh $(qemu_t),$(script_t))
endif
slow_t := $(sort $(wildcard tests/slow/*.t))

# These boot for minutes, whatever their folder.
long_cli_t := tests/cli/cookbook.t
quick_t := $(unit_t) $(filter-out $(long_cli_t),$(filter tools/% tests/cli/%,$(script_t)))
boot_t := $(filter tests/boot/% tests/guests/% $(long_cli_t),$(script_t))
terminal_t := $(filter tests/terminal/%,$(script_t))
# Faults, fuzzing, and what has no stage of its own
faults_t := $(filter-out $(quick_t) $(boot_t) $(terminal_t),$(script_t))

# $(call stage,NAME,JOBS,TESTS)
stage = --stage $(1) $(2) $(call select,$(3))
stages = $(call stage,quick,$(JOBS),$(quick_t)) $(call stage,boot,$(BOOT_JOBS),$(boot_t)) \
	$(call stage,terminal,$(BOOT_JOBS),$(terminal_t)) $(call stage,faults,$(BOOT_JOBS),$(faults_t))
# Firmware with probes takes two minutes to build: beside the quick tests, where
# one of the others boots it.
need_firmware := tests/boot/probes.t tests/boot/optionrom.t tests/boot/profile-firmware.t \
	tests/terminal/profile.t
prepare = $(if $(strip $(call select,$(filter $(need_firmware),$(script_t)))),--prepare firmware-debug/build.sh)

# TESTS=...: words, a test is taken if its name holds one of them
select = $(if $(TESTS),$(foreach t,$(1),$(if $(strip $(foreach word,$(TESTS),$(findstring $(word),$(t)))),$(t))),$(1))

test_env = BOOTSTAMP_SRC=$(CURDIR) BOOTSTAMP_BUILD=$(CURDIR)/build \
	BOOTSTAMP_QEMU='$(QEMU)' MAKEFLAGS= MAKELEVEL=
guests := $(wildcard tests/guests/make-guests.sh)

check: all $(call select,$(unit_t)) $(call fuzz_for,$(call select,$(script_t))) $(if $(modules),guests) ## run all tests (TESTS='word...': only those, JOBS=2, BOOT_JOBS=1)
	@$(test_env) tools/run-tests.pl --result build/tests/result $(prepare) $(stages)
check-quick: all $(unit_t) $(if $(modules),guests) ## the tests of one to three minutes: unit tests, sources, commands
	@$(test_env) tools/run-tests.pl $(call stage,quick,$(JOBS),$(quick_t))
# QEMUs that the selected slow tests build: before a test's time limit begins.
slow_qemus = $(patsubst tests/slow/module-%.t,%,$(filter tests/slow/module-%.t,$(call select,$(slow_t))))
check-slow: all $(unit_t) $(call fuzz_for,$(script_t)) guests ## the same and those that take minutes (tests/slow)
	-@$(foreach v,$(slow_qemus),tools/qemu-build.sh -p $(v);)
	@BOOTSTAMP_SLOW=1 TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} $(test_env) tools/run-tests.pl --result build/tests/result \
		$(prepare) $(stages) $(call stage,slow,$(BOOT_JOBS),$(slow_t))
unit-tests: $(unit_t) ## build the unit tests
guests: ## make the guests that tests and benchmarks boot
	@$(if $(guests),BOOTSTAMP_BUILD=$(CURDIR)/build $(guests),:)
# Programs that tests and benchmarks build when they need them.
build/bench/%: tests/bench/%.c build/libcapture.a $(common)
	$(program)
build/faults/%: tests/faults/%.c build/libcapture.a $(common)
	$(program)
define program
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $(VIEWER_FLAGS) $< build/libcapture.a -pie $(VIEWER_LIBS)
endef

bench_programs := $(patsubst tests/%.c,build/%,$(wildcard tests/bench/*.c))
bench: all guests $(bench_programs) ## measure what stamping costs
	$(need_module)
	@$(test_env) tests/bench/run
demo: all guests ## boot a guest and look at it
	$(need_module)
	@$(test_env) tools/demo.sh
firmware: ## build firmware with probes from source packages, for run --probes
	@$(test_env) firmware-debug/build.sh
.PHONY: check check-quick check-slow unit-tests guests bench demo firmware

# --- QEMU itself, with the back end in it -----------------------------------

TARGETS ?= x86_64
# On the command line QEMU is the version of a series.
series_for = $(if $(filter command,$(firstword $(origin QEMU))),$(QEMU),$(QEMU_BUILD_FROM))
series: ## write the patches that put the back end into QEMU, for git am (QEMU=7.2, 10.0 or newest)
	@tools/qemu-series.sh '$(series_for)' 'build/series/$(notdir $(series_for))' && \
	ls build/series/'$(notdir $(series_for))'/*.patch
qemu: ## build QEMU with our patches, as configure --qemu-build says (TARGETS='x86_64 aarch64')
	@tools/qemu-build.sh '$(QEMU_BUILD_FROM)' $(TARGETS)

# Those that start a QEMU, but for what only concerns the loadable module.
in_tree_t := $(sort $(wildcard tests/in-tree/*.t)) \
	$(filter-out tests/cli/module.t %/guests.t,$(shell \
		grep -lE 'QEMU|run_rom|start_rom|boot_linux' $(filter tests/%,$(script_t)) /dev/null))
check-qemu: all guests ## test that QEMU: QEMU's tests, our series, and our tests on it
	@tools/qemu-build.sh -t '$(QEMU_BUILD_FROM)' && \
	qemu=$$(tools/qemu-build.sh -t '$(QEMU_BUILD_FROM)' | tail -n 1) && \
	$(test_env) BOOTSTAMP_QEMU="$$qemu" QEMU="$$qemu" PATH="$${qemu%/*}:$$PATH" \
		tools/run-tests.pl --result build/tests/result-qemu \
		$(call stage,in-tree,$(BOOT_JOBS),$(in_tree_t))
.PHONY: series qemu check-qemu

# --- installing -------------------------------------------------------------

INSTALL = install
man := $(wildcard docs/*.1)
documents := $(wildcard COPYING CHANGELOG.md docs/*.md docs/*.svg docs/*.png) \
	capture/phases.conf capture/probe.h
pages := README.md CONTRIBUTING.md CHANGELOG.md
built_firmware = $(wildcard build/firmware/*.bin)
built_symbols = $(wildcard build/firmware/symbols/*)
completions = $(datadir)/bash-completion/completions

# A format for lnav, in a folder that lnav -I takes.
lnav_format := lnav/formats/bootstamp/bootstamp.json
lnavdir = $(datadir)/bootstamp/lnav/formats/bootstamp

# One module for each minor version of QEMU, side by side: 7.2/, 10.0/.
qemu_minor := $(shell echo '$(QEMU_VERSION)' | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
minordir = $(moduledir)/$(qemu_minor)
# $(call install_files,MODE,FILES,DIR): nothing for no files.  DESTDIR may have spaces.
install_files = $(if $(strip $(2)),$(INSTALL) -d "$(DESTDIR)$(strip $(3))" && \
	$(INSTALL) -m $(1) $(2) "$(DESTDIR)$(strip $(3))/")

install: all ## install below prefix (DESTDIR=... before it)
	$(call install_files,755,build/bootstamp,$(bindir))
	$(call install_files,644,$(firstword $(modules)),$(moduledir))
	$(call install_files,644,$(word 2,$(modules)),$(minordir))
	$(if $(modules),$(INSTALL) -m 755 tools/check-qemu.sh "$(DESTDIR)$(moduledir)/check-qemu")
	$(call install_files,644,$(if $(modules),$(built_firmware)),$(moduledir)/firmware)
	$(foreach dir,$(built_symbols),$(call install_files,644,$(wildcard $(dir)/*),$(moduledir)/firmware/symbols/$(notdir $(dir))) &&) :
	$(call install_files,644,$(man),$(mandir)/man1)
	$(call install_files,644,$(documents),$(docdir))
	@# one folder there; all may read them, whatever the umask is
	$(call install_files,644,$(pages) docs/apparmor-libvirt-qemu.in,$(docdir))
	cd "$(DESTDIR)$(docdir)" && sed -i 's|](docs/|](|g' $(pages) && mv apparmor-libvirt-qemu.in apparmor-libvirt-qemu && \
		sed -i 's|@moduledir@|$(moduledir)|; s|@bindir@|$(bindir)|' apparmor-libvirt-qemu
	$(call install_files,644,$(lnav_format),$(lnavdir))
	$(INSTALL) -d "$(DESTDIR)$(completions)"
	$(INSTALL) -m 644 completion/bootstamp.bash "$(DESTDIR)$(completions)/bootstamp"

# $(call remove_files,DIR,NAMES): and the folder, if that was all
remove_files = cd "$(DESTDIR)$(strip $(1))" 2>/dev/null && rm -f $(2) && cd / && \
	rmdir "$(DESTDIR)$(strip $(1))" 2>/dev/null || :

uninstall: ## remove what install put there; a module for another QEMU stays
	$(call remove_files,$(minordir),chardev-timestamp-qemu.so)
	rm -rf "$(DESTDIR)$(moduledir)/firmware/symbols"
	$(call remove_files,$(moduledir)/firmware,$(notdir $(built_firmware)))
	$(call remove_files,$(moduledir),chardev-timestamp.so check-qemu)
	$(call remove_files,$(docdir),apparmor-libvirt-qemu $(pages) $(notdir $(documents)))
	rm -f "$(DESTDIR)$(bindir)/bootstamp" "$(DESTDIR)$(completions)/bootstamp"
	rm -rf "$(DESTDIR)$(datadir)/bootstamp"
	cd "$(DESTDIR)$(mandir)/man1" 2>/dev/null && rm -f $(notdir $(man)) || :

deb: ## make Debian packages for this QEMU, in build/deb
	$(need_module)
	@tools/make-deb.sh '$(QEMU)' '$(QEMU_SOURCE)'
.PHONY: deb

# --- the rest ---------------------------------------------------------------

clean: ## remove what was built; the configuration, QEMU's headers and guests stay
	rm -rf build/obj build/plain build/asan build/tsan build/fuzz build/tests build/bench build/flags-* build/list-* \
		build/phases-conf.h build/libcapture.a build/chardev-timestamp.so build/chardev-timestamp-qemu.so \
		build/bootstamp
distclean: ## remove build/ and the configuration
	rm -rf build config.mak config.mak.new
help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p; s/^\t.*build\/bootstamp ## \(.*\)/  all\t\1/p' Makefile | \
		expand -t 16
.PHONY: install uninstall clean distclean help

-include $(foreach tree,obj plain asan tsan fuzz,$(foreach depth,*/*.d */*/*.d,$(wildcard build/$(tree)/$(depth))))

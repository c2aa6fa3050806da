# SPDX-License-Identifier: BSD-2-Clause
#
# The front door. `make help` lists what it opens. Everything made lands in
# $(BUILD), so `make clean` is one rm and nothing generated is ever committed.
#
#   make V=1            show the commands            BUILD=dir   build elsewhere
#   make CC=clang       another compiler             INSTALL=no  never install

.DEFAULT_GOAL := build
letters := $(firstword -$(MAKEFLAGS))
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

BUILD  ?= build
$(if $(word 2,$(BUILD)),$(error BUILD holds a space, which make cannot do))
PYTHON ?= /usr/bin/python3
FRONT  := grade/front

export PYTHONPYCACHEPREFIX := $(abspath $(BUILD))/pycache

# --- Tools ---------------------------------------------------------------
# They are looked for, and fetched if missing, while this file is read: the
# choice of a compiler below then sees what is there now. Finding nothing
# missing takes a few milliseconds, so there is no stamp that could be stale.

GROUPS-build    := build
GROUPS-run      := build run $(if $(WINDOW),window)
GROUPS-gdb      := build run gdb
GROUPS-bochs    := build run iso bochs
GROUPS-iso      := build run iso
GROUPS-record   := build run replay
GROUPS-replay   := build run replay gdb
GROUPS-bench    := build run test
GROUPS-grade    := build run test
# SINCE pm
GROUPS-demo     := build run
GROUPS-policy   := run test native
# END pm
GROUPS-test     := build run test gdb iso bochs replay host docs
GROUPS-docs     := build docs
# SINCE paging
GROUPS-memmap   := build run test
# END paging
GROUPS-branches := run
# SINCE doors
GROUPS-trace    := build run test
GROUPS-profile  := build run test
# END doors

goals := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
# SINCE swap
GROUPS-plot     := build run
GROUPS-replace  := run
# END swap
ifneq ($(filter clean,$(goals)),)
.NOTPARALLEL:
endif

# SINCE swap
$(foreach goal,build run gdb bochs iso record bench grade demo test memmap trace profile,$(eval GROUPS-$(goal) += disk))
# END swap

needs := $(sort $(foreach goal,$(goals),$(GROUPS-$(goal))))
dry   := $(findstring n,$(letters))

ifneq ($(if $(dry)$(filter no,$(INSTALL)),,$(needs)),)
_ := $(shell CC='$(if $(filter default,$(origin CC)),,$(CC))' $(FRONT)/install.sh $(needs) </dev/null >&2)
ifneq ($(.SHELLSTATUS),0)
$(error some tools are missing)
endif
endif

# --- Compilers -----------------------------------------------------------
# The fragments find here CC CFLAGS NASM LINK LINK_LIBS NM OBJCOPY, $(Q) before
# a command and $(say) "..." for the line that a person sees instead of it.
# Linking is the linker's own work: compilers disagree about driving one.

cross := $(if $(shell command -v i686-linux-gnu-gcc),i686-linux-gnu-)
ifeq ($(origin CC),default)
CC := $(or $(cross),)gcc
endif
clang := $(findstring clang,$(CC))

NASM    := nasm
NM      := $(cross)nm
OBJCOPY := $(cross)objcopy
ifeq ($(origin LD),default)
LD := $(if $(clang),ld.lld,$(cross)ld)
endif

TARGET   := $(if $(clang),--target=i386-elf,-m32)
CFLAGS   := $(TARGET) -std=gnu11 -march=i686 -mno-mmx -mno-sse -ffreestanding \
            -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
            -fno-asynchronous-unwind-tables -O2 -g -Wall -Wextra -MMD -MP
LINK     := $(LD) -m elf_i386 -nostdlib -static --build-id=none
LINK_LIBS = $(wildcard $(shell $(CC) $(TARGET) -print-libgcc-file-name))

Q   := $(if $(V),,@)
say := @$(if $(V)$(findstring s,$(letters)),:,printf '  %s\n')

include kernel/build.mk user/build.mk
# SINCE pm
include user/os.mk
# END pm

# Every object depends on this file, which changes when a compiler or flag does.
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(LINK)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(LINK)' >$@

$(KERNEL_OBJECTS) $(USER_OBJECTS): $(BUILD)/flags

# --- What one can do -----------------------------------------------------

front    = BUILD='$(BUILD)' $(PYTHON) $(FRONT)/$(1)
harness  = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL PYTHONPATH=grade $(PYTHON) -m $(1)

# What a person gives reaches the shell as the value of an environment variable,
# never as text of the recipe: a folder may have any name.
# SINCE pm
# < given := LAB TEST SUBMISSION SEED JOBS OUT INTO PROGRAM BREAK RUN_MODULES KERNEL_ARGS AT WALK
given := LAB TEST SUBMISSION SEED JOBS OUT INTO PROGRAM BREAK RUN_MODULES KERNEL_ARGS AT WALK FILE WHO
# END pm
option   = $(if $($(2)),$(1) "$$$(2)")
# SINCE swap
given += FRAMES MEMORY TYPE
# END swap
$(foreach name,$(given),$(if $(findstring $$,$(value $(name))),$(error $(name) holds a dollar sign, which make takes for its own)))

comma       := ,
# SINCE doors
# < # SINCE paging
# < # < DEMO        := demo ping pong crash
# < DEMO        := demo left right spy
# < # END paging
DEMO        := demo left right spy server client lazy pager $(if $(KEYS),serial echo)
# END doors
KERNEL_ARGS ?=
# SINCE pm
# < RUN_MODULES ?= $(subst $() ,$(comma),$(patsubst %,$(BUILD)/programs/%.elf,$(DEMO)))
SYSTEM      := $(BUILD)/pm.elf $(BUILD)/initrd.tar
booted      := $(if $(filter run iso bochs,$(goals)),$(SYSTEM),$(patsubst %,$(BUILD)/programs/%.elf,$(DEMO)))
RUN_MODULES ?= $(subst $() ,$(comma),$(booted))
# END pm

# A student's branch has neither the reference's tools nor the project's own
# tests; what it tests is its newest lab.
LAB     ?= $(lastword $(foreach lab,traps paging doors pm swap,$(if $(wildcard labs/$(lab)/lab.toml),$(lab))))
project := $(wildcard labs/branches.py)

export $(given)

.PHONY: help build run test grade gdb bochs iso record replay branches docs bench doctor clean all-images always

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(firstword $(MAKEFILE_LIST)) | \
	    $(if $(project),cat,grep -v '^branches|') | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

build: all-images ## the kernel and its programs (the default)

# SINCE pm
# < # SINCE doors
# < # < run: build ## boot on this terminal; WINDOW=1 opens the screen too
# < run: build ## boot on this terminal; WINDOW=1 opens the screen too, KEYS=1 lets you type
# < # END doors
run: build ## boot on this terminal, to a shell; WINDOW=1 opens the screen too
# END pm
	@$(call front,run.py) --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS" $(if $(WINDOW),--window) $(if $(RUN_DISK),--disk "$(RUN_DISK)")

# SINCE pm
.PHONY: demo
demo: build ## the demonstrations of the first labs, without the process manager; KEYS=1 lets you type
	@$(call front,run.py) --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS" $(if $(WINDOW),--window)

# END pm
test: ## [TEST=words] [MUTANTS=1] [LONG=1]: test everything (in a student's branch: grade the newest lab)
ifdef project
test: export LINTEL_MUTANTS := $(MUTANTS)
test: export LINTEL_LONG := $(LONG)
test: build $(BUILD)/lintel.iso
	@$(call harness,pytest) -c grade/pytest.ini --rootdir . -n $(or $(JOBS),auto) \
	    --junitxml $(BUILD)/test.xml $(if $(TEST),-k "$$TEST") grade/tests
else
test: grade
endif

grade: ## LAB=traps [SUBMISSION=dir] [TEST=id] [SEED=n]: points and reasons
	@$(call harness,lintel) grade --lab "$$LAB" $(call option,--submission,SUBMISSION) \
	    $(call option,--test,TEST) $(call option,--seed,SEED) $(call option,--jobs,JOBS) $(call option,--out,OUT)

# SINCE swap
typed = $(call option, --type,TYPE)
# END swap

# A test that failed is run again under gdb by the grader, which knows what it
# patched into the program; a program by itself needs no grader.
# SINCE swap
# < gdb: build ## [PROGRAM=demo] [BREAK=kmain], or LAB=traps TEST=id: a test under gdb
gdb: build ## [PROGRAM=demo] [BREAK=kmain] [TYPE='a command'], or LAB=traps TEST=id: a test under gdb
# END swap
ifdef TEST
	@$(call harness,lintel) gdb --lab "$$LAB" --test "$$TEST" $(call option,--seed,SEED)
else
	@PYTHONPATH=grade $(call front,gdb.py) --program "$${PROGRAM:-demo}" --break "$${BREAK:-kmain}" --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS"$(typed)
endif

# SINCE swap
# < bochs: build $(BUILD)/lintel.iso ## [BREAK=kmain]: boot the ISO in the debugger of Bochs
bochs: build $(BUILD)/lintel.iso ## [BREAK=kmain] [TYPE='a command']: boot the ISO in the debugger of Bochs
# END swap
	@$(call front,bochs.py) --break "$${BREAK:-kmain}"$(typed)

iso: $(BUILD)/lintel.iso ## an image that GRUB boots, on a CD or a stick
$(BUILD)/lintel.iso: all-images
	@$(call front,iso.py) --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS" --output $@

record: build ## run once and keep it, to the instruction
	@$(call front,replay.py) record --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS"

replay: ## the recorded run in gdb, where reverse-stepi goes back in time
	@$(call front,replay.py) replay

# SINCE pm
.PHONY: policy
policy: ## [FILE=user/files/etc/policy] [WHO=name]: check it, and show who may do what
	@$(call front,policy.py) $(if $(FILE),"$$FILE") $(call option,--who,WHO)

# END pm

branches: ## [INTO=dir]: make the students' branches from the last commit
	@$(PYTHON) labs/branches.py make $(call option,--into,INTO)

docs: ## the pages of docs/, and a chapter on kernel/abi, as HTML in build/docs
	@CC='$(CC)' $(PYTHON) -m sphinx -q -E -c $(FRONT)/docs -d '$(BUILD)/doctrees' docs '$(BUILD)/docs'
	$(say) "DOCS    $(BUILD)/docs/README.html"

# SINCE paging
.PHONY: memmap
memmap: build ## [AT=milliseconds] [WALK='address process']: pictures of all memory, and of a walk
	@PYTHONPATH=grade $(call front,memmap.py) --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS" \
	    $(call option,--at,AT) $(call option,--walk,WALK)

# END paging
bench: build ## the cost of kernel calls in guest instructions
	@PYTHONPATH=grade $(call front,bench.py)

# SINCE doors
.PHONY: trace profile
trace: build ## [PROGRAM=name] [OUT=file.svg]: who sends what to whom, as text and as a picture
	@PYTHONPATH=grade $(call front,trace.py) --modules "$$RUN_MODULES" --append "$$KERNEL_ARGS" \
	    $(call option,--program,PROGRAM) $(call option,--output,OUT)

profile: build ## where the instructions of a message go, function by function
	@PYTHONPATH=grade $(call front,profile.py)

# END doors

doctor: ## what is installed, what is missing, does the machine boot
	@test -x $(PYTHON) || { echo '$(PYTHON) is missing: apt-get install python3'; exit 1; }
	@$(call front,doctor.py)

# SINCE swap
.PHONY: plot replace
plot: build ## [PROGRAM=command] [MEMORY=MiB] [FILE=record] [OUT=dir]: pictures of memory, faults and evictions
	@PYTHONPATH=grade $(call front,plot.py) --append "$$KERNEL_ARGS" $(call option,--program,PROGRAM) \
	    $(call option,--memory,MEMORY) $(call option,--record,FILE) $(call option,--output,OUT)

replace: ## [FILE=references] [FRAMES=8,16-64:8] [OUT=file.svg]: policies of page replacement, on paper
	@PYTHONPATH=grade $(call front,replace.py) run $(if $(FILE),"$$FILE") \
	    $(call option,--frames,FRAMES) $(call option,--plot,OUT)

# END swap

clean: ## forget everything that was made
	rm -rf $(BUILD)

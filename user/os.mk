# SPDX-License-Identifier: BSD-2-Clause
#
# The process manager, build/pm.elf; the programs under it, build/os/NAME.elf; and the boot archive,
# build/initrd.tar, with user/files and the programs in bin/.  A folder of user/ below is one program, and
# so is each file in the others.  The libraries are archives: what a program does not use it does not carry.

OS_FOLDERS := $(foreach name,fm wm sh init disk ext2,$(if $(wildcard user/$(name)/*.c),$(name)))
OS_SINGLE  := $(wildcard user/system/*.c user/programs/*.c user/pmtests/*.c)
OS_TESTS   := $(notdir $(basename $(wildcard user/pmtests/*.c)))
OS_NAMES   := $(OS_FOLDERS) $(notdir $(OS_SINGLE:.c=))
SYS_OBJECTS := $(patsubst user/%,$(BUILD)/user/%.o,$(filter-out user/sys/crt0.asm,$(wildcard user/sys/*.c user/sys/*.asm)))
PM_OBJECTS  := $(patsubst pm/%,$(BUILD)/pm/%.o,$(wildcard pm/*.c))
OS_OBJECTS  := $(SYS_OBJECTS) $(PM_OBJECTS) $(BUILD)/user/sys/crt0.asm.o \
               $(patsubst user/%,$(BUILD)/user/%.o,$(OS_SINGLE) $(foreach name,$(OS_FOLDERS),$(wildcard user/$(name)/*.c)))
AR := $(cross)ar

$(OS_OBJECTS) $(USER_LIB): private CFLAGS += -ffunction-sections -fdata-sections
$(OS_OBJECTS): $(BUILD)/flags

$(BUILD)/pm/%.c.o: pm/%.c
	@mkdir -p $(@D)
	$(say) "CC      $<"
# SINCE swap
# < 	$(Q)$(CC) $(CFLAGS) -Iuser/lib -Ikernel -Ipm -c $< -o $@
	$(Q)$(CC) $(CFLAGS) -Iuser/lib -Ikernel -Ipm -Iuser -c $< -o $@
# END swap

# Programs have nothing of the machine: where they may do the same, they ask the manager (user/sys/report.c).
$(BUILD)/user/lib.a: $(filter-out %/crt0.asm.o %/machine.c.o,$(USER_LIB)) user/os.mk
$(BUILD)/user/sys.a: $(SYS_OBJECTS) user/os.mk
$(BUILD)/user/lib.a $(BUILD)/user/sys.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(filter %.o,$^)

# All of it: the grader asks functions that nobody calls as long as an exercise is missing.
$(BUILD)/pm.elf: $(PM_OBJECTS) $(BUILD)/user/lib/crt0.asm.o $(BUILD)/user/lib/machine.c.o $(BUILD)/user/lib.a user/link.ld
	$(say) "LINK    $@"
	$(Q)$(LINK) -T user/link.ld --defsym=PROGRAM_AT=$(PROGRAM_AT) $(filter %.o %.a,$^) $(LINK_LIBS) -o $@

define OS_PROGRAM
$(BUILD)/os/$(1).elf: $(BUILD)/user/sys/crt0.asm.o $(2:%=$(BUILD)/user/%.o) $(BUILD)/user/sys.a $(BUILD)/user/lib.a user/link.ld
	@mkdir -p $$(@D)
	$$(say) "LINK    $$@"
	$$(Q)$$(LINK) --gc-sections -T user/link.ld --defsym=PROGRAM_AT=$(PROGRAM_AT) $$(filter %.o %.a,$$^) \
	    $(BUILD)/user/sys.a $$(LINK_LIBS) -o $$@
$(BUILD)/os/bin/$(1): $(BUILD)/os/$(1).elf
	@mkdir -p $$(@D)
	$$(Q)$$(OBJCOPY) --strip-debug $$< $$@
endef
$(foreach name,$(OS_FOLDERS),$(eval $(call OS_PROGRAM,$(name),$(patsubst user/%,%,$(wildcard user/$(name)/*.c)))))
$(foreach file,$(OS_SINGLE),$(eval $(call OS_PROGRAM,$(notdir $(file:.c=)),$(patsubst user/%,%,$(file)))))

# The same bytes whenever and wherever it is made.
OS_BINARIES := $(patsubst %,$(BUILD)/os/bin/%,$(filter-out $(OS_TESTS),$(OS_NAMES)))
OS_FILES    := $(shell find user/files -type f)
$(BUILD)/initrd.tar: $(OS_BINARIES) $(OS_FILES)
	$(say) "TAR     $@"
	$(Q)tar -cf $@ --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX \
	    -C user/files $(shell ls user/files) -C $(abspath $(BUILD))/os $(patsubst $(BUILD)/os/%,%,$(sort $(OS_BINARIES)))

# SINCE swap
# The disk that machines are given: build/disk.img.  What `make run` writes goes to a copy, and stays there.
DISK_FILES := $(shell find user/disk-files docs -type f)
$(BUILD)/disk.img: $(DISK_FILES) grade/front/disk.py
	@mkdir -p $(@D)
	$(say) "DISK    $@"
	$(Q)$(PYTHON) grade/front/disk.py --output $@ user/disk-files docs=docs
RUN_DISK := $(BUILD)/run.img
$(RUN_DISK): | $(BUILD)/disk.img
	$(Q)cp --sparse=always $(BUILD)/disk.img $@
all-images: $(BUILD)/disk.img
run: $(RUN_DISK)
# END swap

all-images: $(BUILD)/pm.elf $(BUILD)/initrd.tar $(OS_TESTS:%=$(BUILD)/os/bin/%)
-include $(wildcard $(BUILD)/pm/*.d)

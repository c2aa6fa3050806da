# SPDX-License-Identifier: BSD-2-Clause
#
# build/programs/NAME.elf, from each user/bin/NAME.c, user/servers/NAME.c and user/tests/NAME.c, and
# the library in user/lib.  A program that is to be in memory beside others is
# linked at an address of its own.

USER_LIB := $(patsubst user/%,$(BUILD)/user/%.o,$(wildcard user/lib/*.c user/lib/*.asm))

PROGRAM_AT      := 0x08000000
# SINCE paging
# < PROGRAM_AT_ping := 0x08100000
# < PROGRAM_AT_pong := 0x08180000
# < PROGRAM_AT_crash := 0x08200000
# END paging

$(BUILD)/user/%.c.o: user/%.c
	@mkdir -p $(@D)
	$(say) "CC      $<"
# SINCE pm
# < 	$(Q)$(CC) $(CFLAGS) -Iuser/lib -Ikernel -c $< -o $@
	$(Q)$(CC) $(CFLAGS) -Iuser/lib -Iuser -Ikernel -Ipm -c $< -o $@
# END pm

$(BUILD)/user/%.asm.o: user/%.asm
	@mkdir -p $(@D)
	$(say) "NASM    $<"
	$(Q)$(NASM) -f elf32 -g -F dwarf $< -o $@

define USER_PROGRAM
$(BUILD)/programs/$(notdir $(1)).elf: $(BUILD)/user/$(1).c.o $(USER_LIB) user/link.ld
	@mkdir -p $$(@D)
	$$(say) "LINK    $$@"
	$$(Q)$$(LINK) -T user/link.ld --defsym=PROGRAM_AT=$(or $(PROGRAM_AT_$(notdir $(1))),$(PROGRAM_AT)) \
	    $$(filter %.o,$$^) $$(LINK_LIBS) -o $$@
endef

USER_PROGRAMS := $(patsubst user/%.c,%,$(wildcard user/bin/*.c user/servers/*.c user/tests/*.c))
USER_OBJECTS  := $(USER_LIB) $(USER_PROGRAMS:%=$(BUILD)/user/%.c.o)

# SINCE doors
# Programs for Linux, for its emulator (user/tests/emulate.c): build/programs/linux-NAME.elf.
LINUX_PROGRAMS := $(patsubst user/linux/%.asm,linux-%,$(wildcard user/linux/*.asm))
USER_OBJECTS   += $(LINUX_PROGRAMS:linux-%=$(BUILD)/user/linux/%.asm.o)

$(BUILD)/programs/linux-%.elf: $(BUILD)/user/linux/%.asm.o
	@mkdir -p $(@D)
	$(say) "LINK    $@"
	$(Q)$(LINK) $< -o $@

all-images: $(LINUX_PROGRAMS:%=$(BUILD)/programs/%.elf)

# END doors
all-images: $(patsubst %,$(BUILD)/programs/%.elf,$(notdir $(USER_PROGRAMS)))

$(foreach program,$(USER_PROGRAMS),$(eval $(call USER_PROGRAM,$(program))))

-include $(wildcard $(BUILD)/user/*/*.d)

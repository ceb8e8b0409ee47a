-- The provident fund's ten tables, for SQLite, PostgreSQL and MariaDB.
-- MONEY stands for TEXT on SQLite, which would else drop trailing zeros and big sums, and for DECIMAL(18,2) elsewhere.
-- Columns that carry dirt are VARCHAR, as in systems that were migrated. Only REFERENCES are enforced; every other
-- link between tables is kept by the business alone, so orphans can exist.
CREATE TABLE bank (                             -- 受委托银行
  bank_code CHAR(3) NOT NULL PRIMARY KEY,       -- 银行代码
  bank_name VARCHAR(120) NOT NULL,              -- 银行名称
  contact_name VARCHAR(60),                     -- 联系人
  contact_phone VARCHAR(40),                    -- 联系电话
  status CHAR(2) NOT NULL CHECK (status IN ('01','02'))  -- 01委托中 02已终止
);
CREATE TABLE policy_param (                     -- 政策参数
  policy_year INTEGER NOT NULL PRIMARY KEY,     -- 缴存年度, from 1 July
  base_max MONEY NOT NULL,                      -- 缴存基数上限
  base_min MONEY NOT NULL,                      -- 缴存基数下限
  ratio_max DECIMAL(4,2) NOT NULL,              -- 缴存比例上限, percent
  ratio_min DECIMAL(4,2) NOT NULL,              -- 缴存比例下限, percent
  loan_max MONEY NOT NULL,                      -- 贷款最高额度
  loan_term_max INTEGER NOT NULL                -- 最长期数, months
);
CREATE TABLE unit (                             -- 缴存单位
  unit_no VARCHAR(20) NOT NULL PRIMARY KEY,     -- 单位账号
  unit_name VARCHAR(255) NOT NULL,              -- 单位名称
  uscc VARCHAR(40),                             -- 统一社会信用代码
  org_code VARCHAR(20),                         -- 组织机构代码
  legal_rep VARCHAR(120),                       -- 法定代表人
  address VARCHAR(255),                         -- 单位地址
  agent_name VARCHAR(120),                      -- 经办人
  agent_phone VARCHAR(40),                      -- 经办人手机
  bank_code CHAR(3) NOT NULL REFERENCES bank(bank_code),  -- 受委托银行
  bank_account_no VARCHAR(60),                  -- 单位银行账号
  unit_ratio DECIMAL(5,2),                      -- 单位缴存比例, percent
  person_ratio DECIMAL(5,2),                    -- 个人缴存比例, percent
  paid_to_month VARCHAR(20),                    -- 缴至年月
  active_count INTEGER,                         -- 缴存人数
  sealed_count INTEGER,                         -- 封存人数
  unit_balance MONEY NOT NULL,                  -- 单位账户余额
  status CHAR(2) NOT NULL,                      -- 01正常 02开户 03缓缴 04销户 05封存 99其他
  opened_on VARCHAR(40),                        -- 开户日期
  closed_on VARCHAR(40),                        -- 销户日期
  updated_at VARCHAR(40)                        -- 更新时间
);
CREATE TABLE person (                           -- 个人信息
  person_no VARCHAR(20) NOT NULL PRIMARY KEY,   -- 客户编号
  name VARCHAR(120),                            -- 姓名
  id_type CHAR(2),                              -- 证件类型 01身份证 02军官证 03护照 04外国人永久居留证 99其他
  id_no VARCHAR(60),                            -- 证件号码
  sex CHAR(1),                                  -- 性别 0未知 1男 2女 9未说明
  birth_date VARCHAR(40),                       -- 出生日期
  phone VARCHAR(60),                            -- 手机
  tel VARCHAR(60),                              -- 固话
  address VARCHAR(255),                         -- 住址
  marital CHAR(2),                              -- 婚姻
  education CHAR(2),                            -- 学历
  alive_flag CHAR(1),                           -- 在世标志 1/0/空
  updated_at VARCHAR(40)                        -- 更新时间
);
CREATE TABLE personal_account (                 -- 个人账户
  account_no VARCHAR(20) NOT NULL PRIMARY KEY,  -- 个人账号
  person_no VARCHAR(20) NOT NULL,               -- 客户编号
  unit_no VARCHAR(20) NOT NULL,                 -- 单位账号
  deposit_base VARCHAR(40),                     -- 缴存基数, text as units declare it
  unit_monthly MONEY,                           -- 单位月缴存额
  person_monthly MONEY,                         -- 个人月缴存额
  balance MONEY NOT NULL,                       -- 账户余额
  balance_prev_year MONEY NOT NULL,             -- 上年结转余额
  balance_this_year MONEY NOT NULL,             -- 当年归集余额
  status CHAR(2) NOT NULL,                      -- 01正常 02封存 03合并销户 04外部转出销户 05提取销户 06冻结 99其他
  opened_on VARCHAR(40),                        -- 开户日期
  sealed_on VARCHAR(40),                        -- 封存日期
  closed_on VARCHAR(40),                        -- 销户日期
  close_reason CHAR(2),                         -- 销户原因
  last_deposit_month VARCHAR(20),               -- 末次汇缴年月
  card_no VARCHAR(60),                          -- 个人存款账户
  card_bank_code CHAR(3)                        -- 开户行代码
);
CREATE TABLE contribution_ledger (              -- 个人明细账
  ledger_id BIGINT NOT NULL PRIMARY KEY,        -- 明细编号
  account_no VARCHAR(20) NOT NULL,              -- 个人账号
  unit_no VARCHAR(20),                          -- 单位账号
  biz_no VARCHAR(40) NOT NULL,                  -- 业务流水号
  biz_type CHAR(2) NOT NULL,                    -- 01汇缴 02补缴 06内部转移 07外部转出 08外部转入 09结息 11部分提取 12销户提取 73错缴更正
  amount MONEY NOT NULL,                        -- 发生额, signed: + in, - out
  interest MONEY NOT NULL,                      -- 利息额
  pay_month VARCHAR(20),                        -- 汇补缴年月
  booked_on VARCHAR(40) NOT NULL,               -- 记账日期
  reversal_flag CHAR(1) NOT NULL,               -- 冲账标识 0/1
  voucher_no VARCHAR(30)                        -- 凭证号
);
CREATE TABLE withdrawal (                       -- 提取
  withdraw_no VARCHAR(40) NOT NULL PRIMARY KEY, -- 提取流水号
  account_no VARCHAR(20) NOT NULL,              -- 个人账号
  reason CHAR(2),                               -- 提取原因 01购房 02建造大修 03离退休 04丧失劳动能力 05出境定居/迁出 06还贷 07租房 08死亡 09大病 99其他
  method CHAR(2),                               -- 提取方式
  amount MONEY NOT NULL,                        -- 提取额
  applied_on VARCHAR(40),                       -- 申请日期
  paid_on VARCHAR(40),                          -- 付款日期
  payee_name VARCHAR(120),                      -- 收款人
  payee_card_no VARCHAR(60),                    -- 收款账号
  bank_code CHAR(3),                            -- 付款行
  ledger_id BIGINT,                             -- 对应明细
  status CHAR(2) NOT NULL                       -- 01受理 02已付 03退回 04作废
);
CREATE TABLE loan (                             -- 个人住房贷款
  loan_no VARCHAR(30) NOT NULL PRIMARY KEY,     -- 贷款账号
  contract_no VARCHAR(40) NOT NULL,             -- 借款合同编号
  person_no VARCHAR(20) NOT NULL,               -- 借款人
  account_no VARCHAR(20),                       -- 公积金账号
  bank_code CHAR(3) NOT NULL REFERENCES bank(bank_code),  -- 受委托银行
  house_address VARCHAR(255),                   -- 房屋坐落
  house_area MONEY,                             -- 面积
  house_price MONEY,                            -- 总价
  down_payment MONEY,                           -- 首付
  contract_amount MONEY NOT NULL,               -- 合同金额
  rate DECIMAL(9,7),                            -- 利率, a fraction a year
  term_months INTEGER,                          -- 期数
  repay_method CHAR(2),                         -- 还款方式 01等额本息 02等额本金
  signed_on VARCHAR(40),                        -- 签订日期
  lent_on VARCHAR(40),                          -- 发放日期
  due_on VARCHAR(40),                           -- 到期日期
  settled_on VARCHAR(40),                       -- 结清日期
  principal_balance MONEY NOT NULL,             -- 贷款余额
  principal_repaid MONEY NOT NULL,              -- 回收本金
  interest_repaid MONEY NOT NULL,               -- 回收利息
  overdue_principal MONEY NOT NULL,             -- 逾期本金
  overdue_terms INTEGER NOT NULL,               -- 累计逾期期数
  mortgage_cert_no VARCHAR(60),                 -- 他项权证号
  risk_class CHAR(2),                           -- 风险等级
  status CHAR(2) NOT NULL                       -- 01正常 02逾期 03结清 04核销
);
CREATE TABLE loan_repayment (                   -- 还款明细
  repay_id BIGINT NOT NULL PRIMARY KEY,         -- 还款编号
  loan_no VARCHAR(30) NOT NULL,                 -- 贷款账号
  term_no INTEGER,                              -- 期次
  biz_type CHAR(2) NOT NULL,                    -- 01发放 02正常还款 03提前部分 04提前结清 05逾期归还 06冲还贷
  principal MONEY NOT NULL,                     -- 本金
  interest MONEY NOT NULL,                      -- 利息
  penalty MONEY NOT NULL,                       -- 罚息
  booked_on VARCHAR(40) NOT NULL,               -- 记账日期
  bank_code CHAR(3)                             -- 受委托银行
);
CREATE TABLE stat_report (                      -- 报送统计表
  report_month VARCHAR(7) NOT NULL,             -- 报告年月
  org_code VARCHAR(20) NOT NULL,                -- 机构
  indicator VARCHAR(60) NOT NULL,               -- 指标
  reported_value MONEY NOT NULL,                -- 报送值
  submitted_at VARCHAR(40),                     -- 报送时间
  submitted_by VARCHAR(60),                     -- 报送人
  PRIMARY KEY (report_month, org_code, indicator)
);
CREATE INDEX ix_acct_person ON personal_account(person_no);
CREATE INDEX ix_acct_unit ON personal_account(unit_no);
CREATE INDEX ix_led_acct ON contribution_ledger(account_no);
CREATE INDEX ix_rep_loan ON loan_repayment(loan_no);
CREATE INDEX ix_person_id ON person(id_no);
